// Package errcode is the one catalogue of everything a join, or a live
// meeting, can answer: number, name, wire sentence, the real causes behind
// each number and how to mend them.
//
// The numbers and names are those of the public reference of the Zoom Meeting
// SDK for Web, so that apps written for it keep working. Everything else, the
// cause identifiers, summaries and remedies, is Anteroom's own. Anteroom is not
// affiliated with Zoom Communications.
//
// The TypeScript list of the web SDK, the manual under docs/errors and the
// pages the server shows at /docs/errors/{code} are made from this package;
// they are never edited by hand.
package errcode

//go:generate go run ./internal/gen/cmd
