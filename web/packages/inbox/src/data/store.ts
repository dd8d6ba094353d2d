/** Small values outside of components that components watch. */
import { useLayoutEffect, useReducer } from "preact/hooks";

export interface Store<T> {
  get(): T;
  set(next: T | ((now: T) => T)): void;
  subscribe(listener: () => void): () => void;
}

export function createStore<T>(first: T): Store<T> {
  let value = first;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set(next) {
      const made = typeof next === "function" ? (next as (now: T) => T)(value) : next;
      if (Object.is(made, value)) return;
      value = made;
      for (const listener of [...listeners]) listener();
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** The present value of a store; the component renders again when it changes. */
export function useStore<T>(store: Store<T>): T {
  const [, again] = useReducer((n: number) => n + 1, 0);
  const value = store.get();
  useLayoutEffect(() => {
    let seen = value;
    const check = () => {
      const now = store.get();
      if (Object.is(now, seen)) return;
      seen = now;
      again(0);
    };
    check();
    return store.subscribe(check);
  }, [store, value]);
  return value;
}
