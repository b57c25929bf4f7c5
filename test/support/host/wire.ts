import { createRequire } from "node:module";
import { join } from "node:path";
import { packageRoot } from "../../../tools/root.ts";
import { type Difference, type Fields, HandlerFailure } from "./handlers.ts";

// The engine's protocol, from the SDK's own files. A border: requests and answers are its generated messages.
const sdk = createRequire(createRequire(join(packageRoot, "package.json")).resolve("@pulumi/pulumi/package.json"));
const grpc = sdk("@grpc/grpc-js");
const messages = sdk("@pulumi/pulumi/proto/provider_pb");
const services = sdk("@pulumi/pulumi/proto/provider_grpc_pb");
const status = sdk("@pulumi/pulumi/proto/status_pb");
const { Struct } = sdk("google-protobuf/google/protobuf/struct_pb.js");

type Message = ReturnType<typeof sdk>;
type Request = "CheckRequest" | "DiffRequest" | "CreateRequest" | "ReadRequest" | "UpdateRequest" | "DeleteRequest";

/** Sends one request, filled from `fields` (`olds` → `setOlds`), and gives the answer's message. */
export type ProviderCall = (request: Request, fields: Record<string, string | Fields>) => Promise<Message>;

export interface ProviderConnection {
  configure(): Promise<void>;
  call: ProviderCall;
  close(): void;
}

export function connectProvider(port: number): ProviderConnection {
  const client = new services.ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure());
  const send = (method: string, message: Message): Promise<Message> =>
    new Promise((resolve, reject) => {
      client[method](message, (error: unknown, answer: Message) =>
        error ? reject(failureOf(error)) : resolve(answer),
      );
    });
  return {
    configure: async () => {
      const message = new messages.ConfigureRequest();
      message.setArgs(Struct.fromJavaScript({}));
      await send("configure", message);
    },
    call: (request, fields) => {
      const message = new messages[request]();
      for (const [name, value] of Object.entries(fields)) {
        const setter = `set${name[0]?.toUpperCase()}${name.slice(1)}`;
        message[setter](typeof value === "string" ? value : Struct.fromJavaScript(JSON.parse(JSON.stringify(value))));
      }
      return send(request.replace("Request", "").toLowerCase(), message);
    },
    close: () => client.close(),
  };
}

/** The six calls, in and out of the messages. */
export function callProvider(call: ProviderCall) {
  return {
    check: async (olds: Fields, news: Fields): Promise<{ inputs: Fields; failures: string[] }> => {
      const answer = await call("CheckRequest", { olds, news });
      const failures = answer.getFailuresList().map((failure: Message) => failure.getReason());
      return { inputs: answer.getInputs().toJavaScript(), failures };
    },
    diff: async (id: string, olds: Fields, news: Fields): Promise<Difference> => {
      const answer = await call("DiffRequest", { id, olds, news });
      return {
        changes: answer.getChanges() === messages.DiffResponse.DiffChanges.DIFF_SOME,
        replaces: answer.getReplacesList(),
        deleteBeforeReplace: answer.getDeletebeforereplace(),
      };
    },
    create: async (properties: Fields): Promise<{ id: string; outs: Fields }> => {
      const answer = await call("CreateRequest", { properties });
      return { id: answer.getId(), outs: answer.getProperties().toJavaScript() };
    },
    read: async (id: string, properties: Fields): Promise<{ id: string; props: Fields; inputs?: Fields }> => {
      const answer = await call("ReadRequest", { id, properties });
      const inputs = answer.getInputs()?.toJavaScript();
      return { id: answer.getId(), props: answer.getProperties().toJavaScript(), ...(inputs ? { inputs } : {}) };
    },
    update: async (id: string, olds: Fields, news: Fields): Promise<{ outs: Fields }> => ({
      outs: (await call("UpdateRequest", { id, olds, news })).getProperties().toJavaScript(),
    }),
    remove: async (id: string, properties: Fields): Promise<void> => {
      await call("DeleteRequest", { id, properties });
    },
  };
}

/** An init failure travels in the error's metadata, as the engine reads it. */
function failureOf(error: Message): HandlerFailure {
  const details = error.metadata?.get("grpc-status-details-bin")[0];
  const [any] = details === undefined ? [] : status.Status.deserializeBinary(details).getDetailsList();
  const text = String(error.details ?? error.message);
  if (any === undefined) return new HandlerFailure(text);
  const init = messages.ErrorResourceInitFailed.deserializeBinary(any.getValue_asU8());
  const { __provider, ...properties } = init.getProperties().toJavaScript();
  if (typeof __provider !== "string") return new HandlerFailure(`an init failure without __provider: ${text}`);
  return new HandlerFailure(text, { id: init.getId(), properties: clear(properties) });
}

/** Secrets in clear, as the engine sends them to a provider that doesn't know them as such. */
export function clear(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, isMarked(value) ? value.value : value]));
}

function isMarked(value: unknown): value is { value: unknown } {
  return typeof value === "object" && value !== null && "4dabf18193072939515e22adb298388d" in value;
}
