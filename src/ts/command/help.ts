/** The port that the sandbox uses unless another program has it. */
export const usualPort = 4010;

export const help = `Usage: npx connect-flow sandbox [options]

Serves the platform in memory, on this machine only, until you press Ctrl-C.

Options:
  --port <port>       the port, 0 for any free one (default: ${usualPort}, or a free one)
  --apps <file.json>  adds the apps of a JSON file
  --latency <ms>      answers each request this many milliseconds later
  --fail <fault>      makes requests of the API fail; can be given several times.
                      A fault is a status (503), html, truncated, empty204, drop, hang
                      or hugeBody. Members can follow:
                      503,times=2,method=GET,path=/api/v3.1/toolkits/*,retryAfter=3
  --help              prints this text
  --version           prints the version

Examples:
  npx connect-flow sandbox
  npx connect-flow sandbox --port 5000 --apps apps.json
  npx connect-flow sandbox --latency 800 --fail 503,times=2`;
