import { createRequire } from "node:module";

/** The part of gRPC that the host uses. */
export interface Grpc {
  readonly Server: new (
    options: Record<string, number>,
  ) => {
    addService(service: unknown, implementation: unknown): void;
    bindAsync(address: string, credentials: unknown, done: (error: Error | null, port: number) => void): void;
  };
  readonly ServerCredentials: { createInsecure(): unknown };
}

/** A call with one answer. */
export type Unary<Request, Response> = (
  call: { readonly request: Request; on(event: "cancelled", listener: () => void): unknown },
  answer: (error: Error | null, response?: Response) => void,
) => void;

/** A call with a stream of answers. */
export type Streaming<Request, Response> = (call: {
  readonly request: Request;
  on(event: "cancelled", listener: () => void): unknown;
  write(response: Response): boolean;
  end(): void;
}) => void;

// The SDK's own copy: the service definition below was made with it.
const load = createRequire(createRequire(__filename).resolve("@pulumi/pulumi/package.json"));
// A require has no type; `Grpc` lists what is used of @grpc/grpc-js 1.x.
export const grpc = load("@grpc/grpc-js") as Grpc;

// The empty message, which only `cancel` answers with; google-protobuf is likewise the SDK's.
const messages = load("google-protobuf/google/protobuf/empty_pb") as { readonly Empty: new () => object };
/** The answer of a call that returns nothing. */
export const empty = (): object => new messages.Empty();

/** A unary call from a plain function; what it throws becomes the call's error. */
export function unary<Request, Response>(handle: (request: Request) => Response): Unary<Request, Response> {
  return (call, answer) => {
    try {
      answer(null, handle(call.request));
    } catch (error) {
      answer(error instanceof Error ? error : new Error(String(error)));
    }
  };
}
