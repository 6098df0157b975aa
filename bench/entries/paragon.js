import { paragon } from "@useparagon/connect";

export async function connect({ projectId, token, app }) {
  await paragon.authenticate(projectId, token);
  await paragon.connect(app, {});
}
