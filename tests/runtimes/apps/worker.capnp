using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "main", worker = .worker),
    # The test's platform is on this machine.
    (name = "internet", network = (allow = ["private"])),
  ],
  sockets = [(name = "http", http = (), service = "main")],
);

const worker :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.bundle.js")],
  bindings = [
    (name = "PLATFORM_URL", fromEnvironment = "PLATFORM_URL"),
    (name = "PLATFORM_KEY", fromEnvironment = "PLATFORM_KEY"),
  ],
  compatibilityDate = "2026-01-01",
);
