// Parts of a MongoDB URL that the store needs, and the URL without its secrets.

/** The database when the URL names none. */
const DEFAULT_DATABASE = "messenger";

const PARTS = /^(mongodb(?:\+srv)?:\/\/)(?:([^@/?#]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?/;

export interface MongoUrl {
  /** As given: for the driver only. */
  readonly url: string;
  readonly database: string;
  /** For logs and errors: neither password nor options. */
  readonly label: string;
  /** The names of the options that the URL sets, in lower case. */
  readonly options: ReadonlySet<string>;
  /** The texts that must not be shown. */
  readonly secrets: readonly string[];
}

/** Takes any text that begins as a MongoDB URL; whether the driver takes it is for the driver to say. */
export function readMongoUrl(url: string): MongoUrl {
  const [, scheme = "", login, hosts = "", path = "", query = ""] = PARTS.exec(url) ?? [];
  const colon = login?.indexOf(":") ?? -1;
  const user = login === undefined ? "" : colon < 0 ? `${login}@` : `${login.slice(0, colon)}:***@`;
  const database = decoded(path) || DEFAULT_DATABASE;
  const options = query.split("&").map((option) => option.split("="));
  const values = options.map(([, ...value]) => value.join("="));
  const password = login === undefined || colon < 0 ? "" : login.slice(colon + 1);
  return {
    url,
    database,
    label: `${scheme}${user}${hosts}/${path || DEFAULT_DATABASE}`,
    options: new Set(options.map(([name = ""]) => name.toLowerCase())),
    secrets: [url, password, decoded(password), ...values.filter((value) => value.length > 5)].filter(Boolean),
  };
}

/** `text` without anything secret of the URL. */
export function withoutSecrets(text: string, { secrets }: Pick<MongoUrl, "secrets">): string {
  const hidden = secrets.reduce((rest, secret) => rest.replaceAll(secret, "***"), text);
  return hidden.replace(/(mongodb(?:\+srv)?:\/\/)\S*/g, "$1***");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
