package store

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"runtime/debug"
	"testing"
)

// What SQLite has cached of a busy time does not stay with the process.
func TestAnIdleWriterFreesItsPageCache(t *testing.T) {
	w := newTestDB(t, liteFile(t))
	e := w.engine.(*sqliteEngine)
	e.writer.betweenTransactions(func(conn *sql.Conn) {
		_, err := conn.ExecContext(context.Background(), `INSERT INTO meta (name, sealed)
			WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3500) SELECT 'page ' || i, randomblob(3500) FROM n`)
		w.must(err)
	})
	full := anonymous(t)
	e.writer.betweenTransactions(e.checkpointer.freeCache)
	const cached = 3500 * 3500
	if freed := full - anonymous(t); freed < cached/2 {
		t.Errorf("%d of some %d bytes are free again", freed, cached)
	}
	w.must(w.Probe(t.Context()))
}

// anonymous is how many bytes of memory, files not included, the process has in RAM.
func anonymous(t *testing.T) (n int) {
	t.Helper()
	debug.FreeOSMemory()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := bytes.Cut(status, []byte("RssAnon:"))
	if _, err := fmt.Sscan(string(after), &n); err != nil {
		t.Fatal(err)
	}
	return n << 10
}
