import { render } from "preact";
import "./chat.css";
export function mount() {
  render(<p>hi</p>, document.body);
}
