/// <reference types="node" />
import { execFileSync, spawnSync } from "node:child_process";
import { createHmac, generateKeyPairSync, type KeyObject, verify } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SERVER_LANGUAGES, type ServerLanguage, type Signing, sampleOf } from "./samples.ts";

const VENV_PYTHON = fileURLToPath(new URL("../../../../../../.venv/bin/python", import.meta.url));
const ADA = { name: "Ada ✓", email: "ada@example.com" };
const GO_MAIN = `package main

import (
	"fmt"

	"example/chat"
)

func main() {
	token, err := chat.Token("1042", "${ADA.name}", "${ADA.email}")
	if err != nil {
		panic(err)
	}
	fmt.Print(token)
}
`;

/** What runs a language, the file that it runs, and the code that makes Ada's token of it. */
const RUNS: Readonly<Record<ServerLanguage, { program: string; file: string; whole: (code: string) => string }>> = {
  python: {
    program: VENV_PYTHON,
    file: "signing.py",
    whole: (code) =>
      `${code}\n\n\nclass User:\n    id, name, email = 1042, "${ADA.name}", "${ADA.email}"\n\n\nprint(chat_token(User), end="")\n`,
  },
  node: {
    program: process.execPath,
    file: "signing.mjs",
    whole: (code) => `${code}\nprocess.stdout.write(chatToken(${JSON.stringify({ id: 1042, ...ADA })}));\n`,
  },
  php: {
    program: "php",
    file: "signing.php",
    whole: (code) =>
      `<?php\n${code}\necho chat_token((object) ['id' => 1042, 'name' => '${ADA.name}', 'email' => '${ADA.email}']);\n`,
  },
  ruby: {
    program: "ruby",
    file: "signing.rb",
    whole: (code) =>
      `${code}\nUser = Struct.new(:id, :name, :email)\nprint chat_token(User.new(1042, "${ADA.name}", "${ADA.email}"))\n`,
  },
  go: { program: "go", file: "chat.go", whole: (code) => code },
};

const installed = (language: ServerLanguage): boolean =>
  spawnSync(RUNS[language].program, [language === "go" ? "version" : "--version"]).status === 0;

let folder: string;

/** Runs the code that the dialog shows, and gives what it signed, parted. */
function signed(language: ServerLanguage, signing: Signing, environment: Record<string, string>) {
  const { program, file, whole } = RUNS[language];
  const place = mkdtempSync(join(folder, language));
  const code = whole(sampleOf(language, signing));
  if (language === "go") {
    const own = mkdtempSync(join(place, "program"));
    writeFileSync(join(own, "main.go"), GO_MAIN);
    writeFileSync(join(place, "go.mod"), "module example\n\ngo 1.19\n");
    mkdirSync(join(place, "chat"));
    writeFileSync(join(place, "chat", file), `${code}\n`);
    return parted(run(program, ["run", own], place, environment));
  }
  writeFileSync(join(place, file), code);
  return parted(run(program, [file], place, environment));
}

const run = (program: string, given: string[], cwd: string, environment: Record<string, string>): string =>
  execFileSync(program, given, { cwd, env: { ...process.env, GOTOOLCHAIN: "local", ...environment } }).toString();

function parted(token: string) {
  const [head = "", claims = "", proof = ""] = token.split(".");
  const read = (part: string) => JSON.parse(Buffer.from(part, "base64url").toString());
  return { head: read(head), claims: read(claims), text: `${head}.${claims}`, proof };
}

/** A private key as each language takes it: PEM, and for PHP the 64 bytes that sodium holds, seed first. */
function handed(language: ServerLanguage, pair: { privateKey: KeyObject; publicKey: KeyObject }): string {
  if (language !== "php") return pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
  const { d = "", x = "" } = pair.privateKey.export({ format: "jwk" });
  return Buffer.concat([Buffer.from(d, "base64url"), Buffer.from(x, "base64url")]).toString("base64");
}

describe("the code that signs who somebody is", () => {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "samples-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(SERVER_LANGUAGES)("has widget, key id and algorithm filled in, in %s", (language) => {
    for (const alg of ["HS256", "EdDSA"] as const) {
      const code = sampleOf(language, { widget: "w-1", kid: "k-1", alg });
      for (const part of ["w-1", "k-1", alg]) expect(code).toContain(part);
    }
  });

  for (const language of SERVER_LANGUAGES.filter(installed)) {
    it(`signs with the shared secret, in ${language}`, { timeout: 120_000 }, () => {
      const secret = Buffer.alloc(32, 0xfb);
      const environment = { CHAT_SECRET: secret.toString("base64url") };
      const { head, claims, text, proof } = signed(language, { widget: "w-1", kid: "k-1", alg: "HS256" }, environment);
      expect(proof).toBe(createHmac("sha256", secret).update(text).digest("base64url"));
      expect(head).toEqual({ alg: "HS256", typ: "JWT", kid: "k-1" });
      expect(claims).toEqual({ aud: "w-1", sub: "1042", ...ADA, iat: expect.any(Number), exp: claims.iat + 600 });
      expect(Math.abs(claims.iat - Date.now() / 1000)).toBeLessThan(300);
    });

    it(`signs with the private key, in ${language}`, { timeout: 120_000 }, () => {
      const pair = generateKeyPairSync("ed25519");
      const environment = { CHAT_PRIVATE_KEY: handed(language, pair) };
      const { head, text, proof } = signed(language, { widget: "w-1", kid: "k-1", alg: "EdDSA" }, environment);
      expect(head.alg).toBe("EdDSA");
      expect(verify(null, Buffer.from(text), pair.publicKey, Buffer.from(proof, "base64url"))).toBe(true);
    });
  }
});
