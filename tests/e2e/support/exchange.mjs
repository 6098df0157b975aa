import { ServerResponse } from "node:http";

/** A request and its answer, as the faults of docs/faults.md take them: `handle()` gives what the server answers, `send(answer)` answers. */
export function exchangeOf(listener, request, response) {
  return {
    url: request.url,
    socket: request.socket,
    response,
    handle: () => answerOf(listener, request),
    send({ status, headers, body = Buffer.alloc(0) }) {
      response.writeHead(status, { ...headers, "content-length": body.length });
      response.end(body);
    },
  };
}

function answerOf(listener, request) {
  return new Promise((resolve, reject) => {
    const answer = new ServerResponse(request);
    const chunks = [];
    const take = (chunk) => {
      if (chunk && typeof chunk !== "function") chunks.push(Buffer.from(chunk));
      return true;
    };
    answer.writeHead = (status, headers = {}) => {
      answer.statusCode = status;
      for (const [name, value] of Object.entries(headers)) answer.setHeader(name, value);
      return answer;
    };
    answer.write = take;
    answer.end = (chunk) => {
      take(chunk);
      const { "transfer-encoding": _, ...headers } = answer.getHeaders();
      resolve({ status: answer.statusCode, headers, body: Buffer.concat(chunks) });
      return answer;
    };
    Promise.resolve(listener(request, answer)).catch(reject);
  });
}
