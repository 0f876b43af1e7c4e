/** Ask the server; when it no longer knows who asks, the person signs in here and the question is asked again. */

import { decide, withDecision } from "./masking.js";
import { signInHere, token } from "./sign_in_here.js";

// Refusals come as JSON, pieces of a page as HTML.
const ACCEPT = "application/json, text/html;q=0.8";

/** The server said no: `sentence` is in its own words. */
export class Refusal extends Error {
  constructor(status, error) {
    super(error?.code ?? String(status));
    this.name = "Refusal";
    this.status = status;
    this.sentence = error?.message ?? "";
    this.findings = error?.code === "personal_data" ? error.findings : null;
    this.isStranger = status === 401 || (status === 400 && error?.code === "csrf");
  }
}

async function refusalOf(answer) {
  try {
    return new Refusal(answer.status, (await answer.json()).error);
  } catch {
    return new Refusal(answer.status, null);
  }
}

function send(url, fields, signal, timeout) {
  const until = timeout ? AbortSignal.timeout?.(timeout) : signal;
  const options = { headers: { Accept: ACCEPT }, credentials: "same-origin", signal: until };
  if (fields) {
    fields.set("csrf_token", token());
    Object.assign(options, { method: "POST", body: fields });
  }
  return fetch(url, options);
}

/**
 * The answer to a GET, or to a POST of `fields` (URLSearchParams, or FormData with files).
 * Raises Refusal for what the server refuses, TypeError when it can't be reached, AbortError by `signal`,
 * TimeoutError after `timeout` milliseconds (one of the two).
 * Where personal data was found in the fields, the person is asked what to mask, and it is sent again.
 * `quiet` never asks anybody anything; `insist` asks even somebody who has just said "later".
 */
export async function ask(url, options = {}) {
  try {
    return await askOnce(url, options);
  } catch (refusal) {
    if (!refusal.findings || !options.fields || options.quiet) throw refusal;
    const decision = await decide(refusal.findings);
    if (!decision) throw refusal;
    return ask(url, { ...options, fields: withDecision(options.fields, decision) });
  }
}

async function askOnce(url, { fields = null, signal, timeout, quiet = false, insist = false }) {
  const first = await send(url, fields, signal, timeout);
  if (first.ok) return first;
  const refusal = await refusalOf(first);
  if (!refusal.isStranger || quiet || !(await signInHere({ insist }))) throw refusal;
  const second = await send(url, fields, signal, timeout);
  if (second.ok) return second;
  throw await refusalOf(second);
}
