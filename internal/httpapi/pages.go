package httpapi

import (
	"bytes"
	_ "embed"
	"net/http"
	"strconv"
	"strings"

	"github.com/anteroom/anteroom/errcode"
	"github.com/anteroom/anteroom/errcode/errpage"
	"github.com/anteroom/anteroom/web"
)

//go:embed favicon.ico
var icon []byte

// favicon is the icon that browsers ask for with every page that names none.
var favicon = newAsset("favicon.ico", icon)

// fallback is shown in place of pages that were not built.
var fallback = newAsset("fallback.html", web.Fallback)

// framedPages are the pages made to be framed, by our own pages only: apps in
// which an error is reproduced, and where they go when they are left.
var framedPages = map[string]string{
	"/demo/app/client": "app-client", "/demo/app/component": "app-component", "/demo/app/left": "left",
}

// pages serves the start page, the demo pages and the reference of codes.
func (a *api) pages(t *router) {
	page := func(pattern string, next http.HandlerFunc) {
		t.handle(Route{Pattern: pattern, Audience: OwnPage}, next)
	}
	page("GET /{$}", a.start)
	page("GET /favicon.ico", func(w http.ResponseWriter, r *http.Request) { favicon.serve(w, r, cacheDay) })
	page("GET /docs", toCodes)
	page("GET /docs/{rest...}", toCodes)
	page("GET /docs/errors", a.codes)
	page("GET /docs/errors/{$}", a.codes)
	page("GET /docs/errors/{code}", a.code)
	if a.World == nil {
		return
	}
	page("GET /pages/{name}", func(w http.ResponseWriter, r *http.Request) {
		a.sendFile(w, r, "pages/pages/"+r.PathValue("name"), cacheImmutable)
	})
	for _, name := range []string{"client", "component", "reproduce"} {
		page("GET /demo/"+name, func(w http.ResponseWriter, r *http.Request) { a.page(w, r, "pages/demo/"+name+".html", false) })
	}
	for address, name := range framedPages {
		page("GET "+address, func(w http.ResponseWriter, r *http.Request) { a.page(w, r, "pages/demo/"+name+".html", true) })
	}
}

// start is the developer's start page; in production, and where the browser
// code was not built, it is a page that says so.
func (a *api) start(w http.ResponseWriter, r *http.Request) {
	if a.World == nil {
		a.page(w, r, "pages/production.html", false)
		return
	}
	a.page(w, r, "pages/index.html", false)
}

func (a *api) page(w http.ResponseWriter, r *http.Request, name string, framed bool) {
	file, ok := a.store.open(name)
	if !ok {
		file = fallback
	}
	pageHeaders(w.Header(), framed)
	shown := *file
	shown.policy = a.pagePolicy(file.inline, framed)
	shown.serve(w, r, cacheAsk)
}

// pageHeaders protect our own pages. They are isolated, as apps on this SDK
// are told to be, so what works here works there.
func pageHeaders(h http.Header, framed bool) {
	frames := "DENY"
	if framed {
		frames = "SAMEORIGIN"
	}
	h.Set("X-Frame-Options", frames)
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Embedder-Policy", "require-corp")
}

func (a *api) codes(w http.ResponseWriter, _ *http.Request) {
	var page bytes.Buffer
	if err := errpage.RenderIndex(&page); err != nil {
		a.Logger.Error("could not render page", "error", err)
		http.Error(w, "This page cannot be shown now.", http.StatusInternalServerError)
		return
	}
	html(w, http.StatusOK, page.Bytes())
}

// toCodes leads to the index: there is no other documentation on the server.
func toCodes(w http.ResponseWriter, r *http.Request) {
	http.Redirect(w, r, "/docs/errors", http.StatusFound)
}

// code shows the page of a code. A name leads to its number; for anything else
// the page offers the nearest codes.
func (a *api) code(w http.ResponseWriter, r *http.Request) {
	query := r.PathValue("code")
	if body, contentType, ok := errpage.Asset(query); ok {
		w.Header().Set("Cache-Control", cacheAsk)
		w.Header().Set("Content-Type", contentType)
		_, _ = w.Write(body)
		return
	}
	query = strings.TrimSuffix(query, ".md")
	var page bytes.Buffer
	if number, err := strconv.Atoi(query); err == nil {
		found, err := errpage.Render(&page, errcode.Code(number), errpage.Server{Origin: a.origin(r), Development: a.World != nil})
		if err == nil && found {
			html(w, http.StatusOK, page.Bytes())
			return
		}
	} else if named := errcode.ByName(query); len(named) > 0 {
		http.Redirect(w, r, named[0].Code.DocsPath(), http.StatusFound)
		return
	}
	page.Reset()
	if err := errpage.RenderUnknown(&page, clip(query, 60)); err != nil {
		http.NotFound(w, r)
		return
	}
	html(w, http.StatusNotFound, page.Bytes())
}

func html(w http.ResponseWriter, status int, body []byte) {
	pageHeaders(w.Header(), false)
	w.Header().Set("Content-Security-Policy", errpage.ContentSecurityPolicy)
	w.Header().Set("Content-Type", errpage.ContentType)
	w.WriteHeader(status)
	_, _ = w.Write(body)
}
