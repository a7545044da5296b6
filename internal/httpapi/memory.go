package httpapi

import (
	"net/http"
	"runtime"
	"runtime/debug"
)

// memory reports what the process holds when its garbage is gone and free memory has been
// given back. Tests that look for leaks ask for it.
func (a *api) memory(w http.ResponseWriter, _ *http.Request) {
	runtime.GC() // what pools hold is garbage only once they were not used for one collection
	debug.FreeOSMemory()
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	writeJSON(w, http.StatusOK, map[string]any{"heapBytes": stats.HeapAlloc, "goroutines": runtime.NumGoroutine()})
}
