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
  --next <outcome>    how the next sign-in ends; can be given several times, in order.
                      An outcome is connected, failed, slow, expired, revoked,
                      credentials_rejected, scopes_missing, session or other_browser:
                      slow,activeAfterMs=20000
  --account <app>     adds an account from before; can be given several times:
                      gmail,entityId=Jessica,alias=work,status=EXPIRED
  --help              prints this text
  --version           prints the version

Examples:
  npx connect-flow sandbox
  npx connect-flow sandbox --port 5000 --apps apps.json
  npx connect-flow sandbox --latency 800 --fail 503,times=2
  npx connect-flow sandbox --next failed --next slow`;
