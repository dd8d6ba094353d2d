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

WIDGET = "${widget}"
KID = "${kid}"
${
  alg === "HS256"
    ? 'KEY = base64.urlsafe_b64decode(os.environ["CHAT_SECRET"] + "=")'
    : 'KEY = os.environ["CHAT_PRIVATE_KEY"]  # PEM'
}


def chat_token(user):
    now = int(time.time())
    claims = {"aud": WIDGET, "sub": str(user.id), "name": user.name, "email": user.email,
              "iat": now, "exp": now + 600}
    return jwt.encode(claims, KEY, algorithm="${alg}", headers={"kid": KID})`;

const node = ({ widget, kid, alg }: Signing): string =>
  `import { ${alg === "HS256" ? "createHmac" : "createPrivateKey, sign"} } from "node:crypto";

const WIDGET = "${widget}";
const KID = "${kid}";
const KEY = ${
    alg === "HS256"
      ? 'Buffer.from(process.env.CHAT_SECRET, "base64url")'
      : "createPrivateKey(process.env.CHAT_PRIVATE_KEY)"
  };
const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

export function chatToken(user) {
  const now = Math.floor(Date.now() / 1000);
  const claims = { aud: WIDGET, sub: String(user.id), name: user.name, email: user.email,
                   iat: now, exp: now + 600 };
  const signed = \`\${part({ alg: "${alg}", typ: "JWT", kid: KID })}.\${part(claims)}\`;
  return \`\${signed}.\${${
    alg === "HS256"
      ? 'createHmac("sha256", KEY).update(signed).digest("base64url")'
      : 'sign(null, Buffer.from(signed), KEY).toString("base64url")'
  }}\`;
}`;

const php = ({ widget, kid, alg }: Signing): string =>
  `const WIDGET = '${widget}';
const KID = '${kid}';

function chat_token($user) {
    $part = fn ($bytes) => rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
    ${
      alg === "HS256"
        ? "$key = base64_decode(strtr(getenv('CHAT_SECRET'), '-_', '+/'));"
        : "$key = base64_decode(getenv('CHAT_PRIVATE_KEY')); // the 64 bytes of sodium"
    }
    $now = time();
    $claims = ['aud' => WIDGET, 'sub' => (string) $user->id, 'name' => $user->name,
               'email' => $user->email, 'iat' => $now, 'exp' => $now + 600];
    $signed = $part(json_encode(['alg' => '${alg}', 'typ' => 'JWT', 'kid' => KID]))
        . '.' . $part(json_encode($claims));
    return $signed . '.' . $part(${
      alg === "HS256" ? "hash_hmac('sha256', $signed, $key, true)" : "sodium_crypto_sign_detached($signed, $key)"
    });
}`;

const ruby = ({ widget, kid, alg }: Signing): string =>
  `require "json"
require "openssl"

WIDGET = "${widget}"
KID = "${kid}"
KEY = ${
    alg === "HS256"
      ? 'ENV.fetch("CHAT_SECRET").tr("-_", "+/").unpack1("m")'
      : 'OpenSSL::PKey.read(ENV.fetch("CHAT_PRIVATE_KEY")) # PEM'
  }

def chat_token(user)
  part = ->(bytes) { [bytes].pack("m0").tr("+/", "-_").delete("=") }
  now = Time.now.to_i
  claims = { aud: WIDGET, sub: user.id.to_s, name: user.name, email: user.email,
             iat: now, exp: now + 600 }
  signed = "#{part.call({ alg: '${alg}', typ: 'JWT', kid: KID }.to_json)}.#{part.call(claims.to_json)}"
  "#{signed}.#{part.call(${alg === "HS256" ? "OpenSSL::HMAC.digest('SHA256', KEY, signed)" : "KEY.sign(nil, signed)"})}"
end`;

const GO_SIGN = {
  HS256: `	key, err := base64.RawURLEncoding.DecodeString(os.Getenv("CHAT_SECRET"))
	if err != nil {
		return "", err
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(signed))
	return signed + "." + part(mac.Sum(nil)), nil`,
  EdDSA: `	block, _ := pem.Decode([]byte(os.Getenv("CHAT_PRIVATE_KEY")))
	if block == nil {
		return "", errors.New("CHAT_PRIVATE_KEY is no PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return "", err
	}
	return signed + "." + part(ed25519.Sign(key.(ed25519.PrivateKey), []byte(signed))), nil`,
} as const;

const GO_IMPORTS = {
  HS256: ["crypto/hmac", "crypto/sha256", "encoding/base64", "encoding/json", "os", "time"],
  EdDSA: ["crypto/ed25519", "crypto/x509", "encoding/base64", "encoding/json", "encoding/pem", "errors", "os", "time"],
} as const;

const go = ({ widget, kid, alg }: Signing): string =>
  `package chat

import (
${GO_IMPORTS[alg].map((name) => `	"${name}"`).join("\n")}
)

const widget = "${widget}"
const kid = "${kid}"

func part(bytes []byte) string { return base64.RawURLEncoding.EncodeToString(bytes) }

func Token(id, name, email string) (string, error) {
	now := time.Now().Unix()
	head, _ := json.Marshal(map[string]any{"alg": "${alg}", "typ": "JWT", "kid": kid})
	claims, _ := json.Marshal(map[string]any{"aud": widget, "sub": id, "name": name,
		"email": email, "iat": now, "exp": now + 600})
	signed := part(head) + "." + part(claims)
${GO_SIGN[alg]}
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
