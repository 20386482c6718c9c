import { setTimeout as delay } from "node:timers/promises";
import { RESULT_STATUS } from "../calls/call-records.ts";
import { findPython } from "../containers/python-environment.ts";
import type { Handler, Handlers, StreamHandler } from "../handler.ts";
import { contentId } from "../ids.ts";
import { LOG_SOURCE } from "../logs/log-files.ts";
import type { EmulatorState } from "../state.ts";
import { ensureBuild } from "./image-builds.ts";
import { type ImageRecord, requireImage, storeImage } from "./image-records.ts";

/** Version of the image builder that clients are told. */
const IMAGE_BUILDER = "2025.06";

interface GetOrCreateRequest {
  image?: {
    baseImages: { imageId: string }[];
    dockerfileCommands: string[];
    contextFiles: { filename: string; data: Buffer }[];
    contextMountId: string;
    buildFunction?: Buffer;
  };
}

async function success(state: EmulatorState): Promise<object> {
  const version = await findPython(state);
  const python = version === undefined ? {} : { pythonVersionInfo: version };
  return {
    result: { status: RESULT_STATUS.success },
    metadata: { ...python, imageBuilderVersion: IMAGE_BUILDER },
  };
}

/**
 * Differs: an image is a virtual environment with the packages that its commands install by pip; no other command is
 * run, functions that build are not called, only local files are copied, and `force_build` is not read.
 */
const imageGetOrCreate: Handler<GetOrCreateRequest> = async (state, request, context) => {
  const { baseImages = [], dockerfileCommands = [], contextFiles = [] } = request.image ?? {};
  const content: Omit<ImageRecord, "id"> = {
    ...(baseImages[0] === undefined ? {} : { base: baseImages[0].imageId }),
    commands: dockerfileCommands,
    contextFiles: Object.fromEntries(
      contextFiles.map(({ filename, data }) => [filename, data.toString("base64")]),
    ),
    ...(request.image?.contextMountId ? { contextMount: request.image.contextMountId } : {}),
    clientVersion: context.clientVersion,
  };
  const builder = request.image?.buildFunction?.toString("base64") ?? "";
  const image: ImageRecord = { ...content, id: contentId("im", JSON.stringify([content, builder])) };
  const isNew = await storeImage(state, image);
  const build = await ensureBuild(state, image, isNew);
  return { imageId: image.id, ...(build === undefined ? await success(state) : {}) };
};

interface JoinRequest {
  imageId: string;
  timeout: number;
  lastEntryId: string;
}

const LINES_PER_MESSAGE = 200;

const imageJoinStreaming: StreamHandler<JoinRequest> = async function* (state, request, context) {
  const image = await requireImage(state, request.imageId);
  const build = state.builds.get(image.id) ?? (await ensureBuild(state, image, false));
  if (build === undefined) return yield { ...(await success(state)), eof: true };
  const deadline = Date.now() + (request.timeout || 55) * 1000;
  const stop = AbortSignal.any([context.signal, state.closing.signal]);
  for (let at = Number(request.lastEntryId) || 0; ; ) {
    const { signal } = build.news;
    for (; at < build.lines.length; at += LINES_PER_MESSAGE) {
      const lines = build.lines.slice(at, at + LINES_PER_MESSAGE);
      const entryId = String(at + lines.length);
      yield {
        taskLogs: lines.map((line) => ({ data: `${line}\n`, fileDescriptor: LOG_SOURCE.stdout })),
        entryId,
      };
    }
    at = build.lines.length;
    if (build.failure === "") return yield { ...(await success(state)), entryId: String(at), eof: true };
    if (build.failure !== undefined) {
      return yield { result: { status: RESULT_STATUS.failure, exception: build.failure }, eof: true };
    }
    const left = deadline - Date.now();
    if (left <= 0 || stop.aborted) return;
    await delay(left, undefined, { signal: AbortSignal.any([stop, signal]) }).catch(() => {});
  }
};

/** RPCs of images. */
export const imageHandlers: Handlers = {
  ImageGetOrCreate: imageGetOrCreate,
  ImageJoinStreaming: imageJoinStreaming,
};
