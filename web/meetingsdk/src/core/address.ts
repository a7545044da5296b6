/**
 * The address of the server that handed this package out, e.g.
 * `https://meet.example.org`. A server writes its own address in here when it
 * serves the package's tarball; empty in a package from anywhere else.
 */
export const builtInAddress: string = '';
