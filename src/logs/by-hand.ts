/** Ways to a log for people who want to go on by hand. */
export interface ByHand {
  /** The equal command of the `modal` CLI. */
  command: string;
  /** Modal's page of the call or app; undefined where the endpoint is not Modal's own. */
  dashboardUrl: string | undefined;
}

/** What of a log is read. */
export interface LogQuestion {
  /** URL of the endpoint. */
  url: string;
  /** Name or id of the app. */
  app: string;
  appId: string;
  functionId: string | undefined;
  functionCallId: string | undefined;
  source: string | undefined;
  search: string | undefined;
  /** As the CLI takes them: ISO 8601 or an age. */
  since: string | undefined;
  until: string | undefined;
  lines: number;
  follow: boolean;
  environment: string | undefined;
}

/** The same question as a command of the `modal` CLI 1.5 and as a page of the dashboard (modal-client, py/modal/_object.py). */
export function toByHand(question: LogQuestion): ByHand {
  const { url, app, appId, functionId, functionCallId, follow } = question;
  const isRange = question.since !== undefined || question.until !== undefined;
  const options: readonly (readonly [string, string | undefined])[] = [
    ["--function", functionId],
    ["--function-call", functionCallId],
    ["--source", question.source],
    ["--search", question.search],
    // The CLI refuses these beside --follow.
    ["--since", follow ? undefined : question.since],
    ["--until", follow ? undefined : question.until],
    ["--tail", isRange || follow ? undefined : String(question.lines)],
    ["--env", question.environment],
  ];
  const given = options.flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${quote(value)}`]));
  const command = ["modal app logs", quote(app), ...given, ...(follow ? ["--follow"] : [])].join(" ");
  const isModal = /(^|\.)modal\d?\.com$/.test(new URL(url).hostname);
  return { command, dashboardUrl: isModal ? `https://modal.com/id/${functionCallId ?? appId}` : undefined };
}

/** For a POSIX shell. */
function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
