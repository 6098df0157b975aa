/** Whether a value of this name is treated as a secret, whatever the platform says about it. */
export function isSecretName(name: string): boolean {
  return /api_?key|secret|token|passw|private_?key|access_?key|credential|base64|encoded|bearer|jwt/i.test(name);
}
