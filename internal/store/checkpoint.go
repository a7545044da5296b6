package store

import (
	"context"
	"database/sql"
	"log/slog"
	"time"
)

// Bounds of the checkpointer.
const (
	// checkpointTick is how often it looks whether there is enough to do.
	checkpointTick = time.Second
	// checkpointWrites is how many writes are worth a checkpoint; some 5 MB.
	checkpointWrites = 1000
	// checkpointPause is how long fewer writes than that wait for theirs.
	checkpointPause = 30 * time.Second
	// checkpointPages is a log, in pages of 4 KiB, that shall begin anew.
	checkpointPages = 16_384
)

// checkpointer carries the write-ahead log over into the database file, with
// its waits for the disk, while the writer writes on. Were it left to SQLite,
// a commit would do it now and then, and every join would wait. When little is
// written it also frees the writer's page cache.
type checkpointer struct {
	conn   *sql.Conn
	writer *writer
	logger *slog.Logger
	quit   chan struct{}
	done   chan struct{}
}

func newCheckpointer(conn *sql.Conn, w *writer, logger *slog.Logger) *checkpointer {
	c := &checkpointer{conn: conn, writer: w, logger: logger, quit: make(chan struct{}), done: make(chan struct{})}
	go c.run()
	return c
}

func (c *checkpointer) run() {
	defer close(c.done)
	tick := time.NewTicker(checkpointTick)
	defer tick.Stop()
	last, cached := time.Now(), true
	for {
		select {
		case <-tick.C:
		case <-c.quit:
			return
		}
		writes := c.writer.committed.Load()
		quiet := writes < checkpointWrites
		if quiet && (time.Since(last) < checkpointPause || (writes == 0 && !cached)) {
			continue
		}
		c.writer.committed.Add(-writes)
		last, cached = time.Now(), !quiet
		if writes > 0 {
			c.pass(checkpointPages)
		}
		if quiet {
			c.writer.betweenTransactions(c.freeCache)
		}
	}
}

// freeCache releases what a connection has cached: SQLite keeps the pages of the
// busiest time for good.
func (c *checkpointer) freeCache(conn *sql.Conn) {
	if _, err := conn.ExecContext(context.Background(), "PRAGMA shrink_memory"); err != nil {
		c.logger.Warn("could not free the page cache of the database", "error", err)
	}
}

// pass makes one checkpoint, and lets a log of more pages than that begin anew.
func (c *checkpointer) pass(pages int) {
	size, err := checkpoint(c.conn)
	if err == nil && size > pages {
		// The log begins anew only if a write finds all of it carried over, and
		// under load there is always more. So the writer itself carries over the
		// little that was written since.
		if _, err = checkpoint(c.conn); err == nil {
			c.writer.betweenTransactions(func(conn *sql.Conn) { _, err = checkpoint(conn) })
		}
	}
	if err != nil {
		c.logger.Warn("could not checkpoint the database; it is tried again", "error", err)
	}
}

func (c *checkpointer) stop() {
	close(c.quit)
	<-c.done
}

// checkpoint carries over what it can without waiting for anybody, and returns how
// many pages the log has.
func checkpoint(conn *sql.Conn) (pages int, err error) {
	var busy, carried int
	err = conn.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &pages, &carried)
	return pages, err
}
