/** Server code that signs who a visitor is, in five languages, with widget and key filled in. */
export const SERVER_LANGUAGES = ["python", "node", "php", "ruby", "go"] as const;
export type ServerLanguage = (typeof SERVER_LANGUAGES)[number];

export const SERVER_NAMES: Readonly<Record<ServerLanguage, string>> = {
  python: "Python",
  node: "Node",
  php: "PHP",
  ruby: "Ruby",
  go: "Go",
};

export interface Signing {
  readonly widget: string;
  readonly kid: string;
  readonly alg: "HS256" | "EdDSA";
}

const python = ({ widget, kid, alg }: Signing): string =>
  `# pip install ${alg === "HS256" ? "pyjwt" : "pyjwt[crypto]"}
import ${alg === "HS256" ? "base64, os, time" : "os, time"}
import jwt

${
  alg === "HS256"
    ? 'KEY = base64.urlsafe_b64decode(os.environ["HALLOO_SECRET"] + "=")'
    : 'KEY = os.environ["HALLOO_PRIVATE_KEY"]  # PEM'
}

def halloo_token(user):
    now = int(time.time())
    claims = {"aud": "${widget}", "sub": str(user.id),
              "name": user.name, "email": user.email,
              "iat": now, "exp": now + 600}
    return jwt.encode(claims, KEY, algorithm="${alg}", headers={"kid": "${kid}"})`;

const node = ({ widget, kid, alg }: Signing): string =>
  `// npm install jose
import { ${alg === "HS256" ? "SignJWT" : "importPKCS8, SignJWT"} } from "jose";

const key = ${
    alg === "HS256"
      ? 'Buffer.from(process.env.HALLOO_SECRET, "base64url")'
      : 'await importPKCS8(process.env.HALLOO_PRIVATE_KEY, "EdDSA")'
  };

export const hallooToken = (user) =>
  new SignJWT({ name: user.name, email: user.email })
    .setProtectedHeader({ alg: "${alg}", kid: "${kid}" })
    .setAudience("${widget}")
    .setSubject(String(user.id))
    .setIssuedAt()
    .setExpirationTime("10m")
    .sign(key);`;

const php = ({ widget, kid, alg }: Signing): string =>
  `<?php // composer require firebase/php-jwt
use Firebase\\JWT\\JWT;

function halloo_token($user) {
    ${
      alg === "HS256"
        ? '$key = base64_decode(strtr(getenv("HALLOO_SECRET"), "-_", "+/"));'
        : '$key = getenv("HALLOO_PRIVATE_KEY"); // base64 of the 64-byte Ed25519 key'
    }
    $now = time();
    $claims = ["aud" => "${widget}", "sub" => (string) $user->id,
               "name" => $user->name, "email" => $user->email,
               "iat" => $now, "exp" => $now + 600];
    return JWT::encode($claims, $key, "${alg}", "${kid}");
}`;

const ruby = ({ widget, kid, alg }: Signing): string =>
  `# gem install ${alg === "HS256" ? "jwt" : "jwt jwt-eddsa"}
require "${alg === "HS256" ? "jwt" : "jwt/eddsa"}"
require "base64"

KEY = ${
    alg === "HS256"
      ? 'Base64.urlsafe_decode64(ENV.fetch("HALLOO_SECRET"))'
      : 'Ed25519::SigningKey.new(Base64.urlsafe_decode64(ENV.fetch("HALLOO_PRIVATE_KEY")))'
  }

def halloo_token(user)
  now = Time.now.to_i
  claims = { aud: "${widget}", sub: user.id.to_s,
             name: user.name, email: user.email,
             iat: now, exp: now + 600 }
  JWT.encode(claims, KEY, "${alg}", { kid: "${kid}" })
end`;

const go = ({ widget, kid, alg }: Signing): string =>
  `// go get github.com/golang-jwt/jwt/v5
package halloo

import (
	${alg === "HS256" ? '"encoding/base64"\n\t' : ""}"os"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func Token(id, name, email string) (string, error) {
	${
    alg === "HS256"
      ? 'key, err := base64.RawURLEncoding.DecodeString(os.Getenv("HALLOO_SECRET"))'
      : 'key, err := jwt.ParseEdPrivateKeyFromPEM([]byte(os.Getenv("HALLOO_PRIVATE_KEY")))'
  }
	if err != nil {
		return "", err
	}
	now := time.Now()
	token := jwt.NewWithClaims(jwt.SigningMethod${alg === "HS256" ? "HS256" : "EdDSA"}, jwt.MapClaims{
		"aud": "${widget}", "sub": id,
		"name": name, "email": email,
		"iat": now.Unix(), "exp": now.Add(10 * time.Minute).Unix(),
	})
	token.Header["kid"] = "${kid}"
	return token.SignedString(key)
}`;

const SAMPLES: Readonly<Record<ServerLanguage, (signing: Signing) => string>> = { python, node, php, ruby, go };

/** The code of one language. */
export const sampleOf = (language: ServerLanguage, signing: Signing): string => SAMPLES[language](signing);

/** What the page does with the proof. */
export const PAGE_WITH_TOKEN = `window.halloo = window.halloo || [];
halloo.push(["identify", tokenFromYourServer]);
// when people sign out
halloo.push(["reset"]);`;

export const PAGE_WITH_HASH = {
  "HMAC-email": `halloo.push(["identify", { email: "ada@example.com", hmac: "…" }]);`,
  "HMAC-user-id": `halloo.push(["identify", { user_id: "1042", hmac: "…" }]);`,
} as const;
