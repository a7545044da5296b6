// Package web holds the built browser code: the SDK's served files, its npm
// package and the pages.
package web

import (
	"embed"
	"io/fs"
)

// SDKVersion is the version of the Web SDK contract that is spoken. Requests
// for any version up to it are served.
const SDKVersion = "6.2.0"

// all: so that files beginning with a dot or underscore are in as well.
//
//go:embed all:dist
var dist embed.FS

// Files is the built browser code, as `make build` leaves it:
//
//	cdn/           the scripts and chunks served to pages
//	npm/           the content of the npm package
//	vendor/        the vendor scripts that pages load beside them
//	console/       the start page
//	fallback.html  what is shown when nothing was built
func Files() fs.FS {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return files
}

// Built reports whether the browser code was built into this program.
func Built() bool {
	_, err := fs.Stat(Files(), "cdn")
	return err == nil
}
