/** The worker: a challenge comes in, its solution goes out. Its file stands on the widget's own origin (csp contract 2.2). */
import { type Challenge, solve } from "./solve.ts";

addEventListener("message", ({ data }: MessageEvent<Challenge>) => postMessage(solve(data)));
