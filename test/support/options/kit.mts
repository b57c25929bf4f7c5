import {
  ComponentResource,
  type ComponentResourceOptions,
  CustomResource,
  type CustomResourceOptions,
  type Inputs,
  ProviderResource,
} from "@pulumi/pulumi";

/** A component that holds what is declared with `parent: home`. */
export class Home extends ComponentResource {
  constructor(name: string, options: ComponentResourceOptions = {}) {
    super("options:index:Home", name, {}, options);
  }
}

/** The file that the floor writes each call to: `{"call":"create","name":"x-floor","told":"…"}`, a line each. */
export const FLOOR_LOG = "ZKSCORE_TEST_FLOOR_LOG";

// Plain JavaScript: the dynamic-provider process evaluates it.
const PROVIDER = `exports.handler = () => {
  const note = (call, name, told) => require("fs").appendFileSync(process.env.${FLOOR_LOG}, JSON.stringify({ call, name, told }) + "\\n");
  const moved = (olds, news) => Object.keys(news).filter((field) => JSON.stringify(olds[field]) !== JSON.stringify(news[field]));
  return {
    check: async (olds, news) => ({ inputs: news }),
    diff: async (id, olds, news) => {
      const changed = moved(olds, news);
      return { changes: changed.length > 0, replaces: changed.filter((field) => field === "v") };
    },
    create: async (props) => { note("create", props.name, JSON.stringify(props)); return { id: "floor", outs: props }; },
    read: async (id, props) => ({ id, props }),
    update: async (id, olds, news) => { note("update", news.name); return { outs: news }; },
    delete: async (id, props) => { note("delete", props.name); },
  };
};`;

/** The floor: a dynamic resource whose provider does nothing. `v` replaces it, anything else updates it. */
export class Floor extends CustomResource {
  constructor(name: string, props: Inputs, options: CustomResourceOptions = {}) {
    super("pulumi-nodejs:dynamic/options:Floor", name, { ...props, name, __provider: PROVIDER }, options);
  }
}

/** A provider of one's own for dynamic resources, as a program may make it. */
export class DynamicProvider extends ProviderResource {
  constructor(name: string) {
    super("pulumi-nodejs", name);
  }
}
