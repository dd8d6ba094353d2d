/** Halloo's mark: a friendly bubble. */
export function Logo({ size }: { size: number }) {
  return (
    <svg viewBox="0 0 32 32" width={size} height={size} aria-hidden="true" class="in-logo">
      <path
        class="in-logo-body"
        d="M16 3C8.3 3 2 8.5 2 15.3c0 3.9 2.1 7.4 5.3 9.6-.1 1.3-.6 2.6-1.5 3.7-.4.5 0 1.2.6 1.1 2.5-.3 4.7-1.2 6.4-2.5 1 .2 2.1.3 3.2.3 7.7 0 14-5.5 14-12.3S23.7 3 16 3z"
      />
      <path
        class="in-logo-face"
        d="M10.500 16.500c1.200 2.100 3.200 3.200 5.500 3.200s4.300-1.100 5.500-3.200M11.500 11.800h.01M20.500 11.800h.01"
      />
    </svg>
  );
}
