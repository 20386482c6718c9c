import { createHash } from "node:crypto";

/** What can be deployed to: an app of an environment at an endpoint. `url` is undefined for the embedded endpoint. */
export interface DeployTarget {
  app: string;
  environment: string;
  url: string | undefined;
}

/** A file name that stands for a target; the same in every process that shares the folder. */
export function deployKey({ app, environment, url }: DeployTarget): string {
  const hash = createHash("sha256").update(JSON.stringify([url ?? "embedded", environment, app]));
  return `${app.replace(/[^A-Za-z0-9.-]/g, "_")}-${hash.digest("hex").slice(0, 12)}`;
}
