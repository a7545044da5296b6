// Package web holds the built browser code: the SDK's served files, its npm
// package and the pages.
package web

import (
	"embed"
	"sync"
)

// SDKVersion is the version of the Web SDK contract that is spoken. Requests
// for any version up to it are served.
const SDKVersion = "6.2.0"

// What `make build` leaves in dist/ to be embedded.
const (
	FilesName   = "files.zip"
	PackageName = "npm.tar.zst"
)

// The folder and not its files, so that the program can be built without them.
//
//go:embed dist
var dist embed.FS

// Fallback is the page that is shown where the browser code was not built.
//
//go:embed dist/fallback.html
var Fallback []byte

// Files are the files that are served; there are none where the browser code was not
// built.
//
//	cdn/    the SDK's scripts and chunks, and the vendor scripts that pages load beside them
//	pages/  the start page and the demo pages
var Files = sync.OnceValue(func() *Archive {
	packed, err := dist.ReadFile("dist/" + FilesName)
	if err != nil {
		return &Archive{}
	}
	archive, err := NewArchive(packed)
	if err != nil {
		panic("the built browser code: " + err.Error()) // it is a part of the program
	}
	return archive
})

// Package is the npm package as [PackPackage] packed it; nil where it was not built.
func Package() []byte {
	packed, err := dist.ReadFile("dist/" + PackageName)
	if err != nil {
		return nil
	}
	return packed
}

// Built reports whether the browser code was built into this program.
func Built() bool { return len(Files().files) > 0 }
