void import("./chat.tsx").then((chat) => chat.mount());
