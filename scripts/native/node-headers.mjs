// Header files of Node that an addon is compiled against.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";

const FILES = ["node_api.h", "uv.h"];
const holdsHeaders = (folder) => FILES.every((file) => existsSync(join(folder, file)));

/**
 * The folder with node_api.h and uv.h: beside the Node that runs this, or where npm, node-gyp or the system keep it,
 * or (fetched by npm into `cacheFolder`) from the package of this Node's version. Both interfaces are stable, so headers of another
 * version serve too. Undefined when there are none.
 */
export function findNodeHeaders(cacheFolder, say) {
  const nodedir = process.env.npm_config_nodedir;
  const gyp = process.env.npm_config_devdir ?? join(homedir(), ".cache", "node-gyp");
  const version = process.versions.node;
  const candidates = [
    join(dirname(process.execPath), "..", "include", "node"),
    ...(nodedir ? [join(nodedir, "include", "node")] : []),
    join(gyp, version, "include", "node"),
    "/usr/include/node",
    "/usr/include/nodejs/src",
  ];
  return candidates.find(holdsHeaders) ?? fetchHeaders(join(cacheFolder, "node-headers", version), version, say);
}

function fetchHeaders(folder, version, say) {
  const name = `node-linux-${process.arch}`;
  const headers = join(folder, "node_modules", name, "include", "node");
  if (holdsHeaders(headers)) return headers;
  say(`no header files of Node found; fetching the npm package ${name}@${version}`);
  const args = ["install", "--prefix", folder, "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"];
  spawnSync("npm", [...args, `${name}@${version}`], { stdio: ["ignore", "ignore", "inherit"] });
  return holdsHeaders(headers) ? headers : undefined;
}
