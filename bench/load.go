package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// requester writes the request with the given running number into the buffer, and
// returns it. Workers have a buffer each.
type requester func(buffer []byte, number int) []byte

// load is one kind of request at one server.
type load struct {
	name    string
	address string
	shoot   requester
	// want is the HTTP status of every right answer.
	want int
	// look sees every right answer; it is called by several goroutines. May be nil.
	look func(response)
	// profiles is a folder for a CPU profile of the load; empty writes none.
	profiles string
}

// run is what one measured run saw.
type run struct {
	count    int
	rate     float64 // responses per second
	p50, p99 time.Duration
	worst    time.Duration
	size     int // bytes of an answer's body, on average
	// cpu is the processor time of this process per answer, server and generator
	// together; unlike a rate it does not suffer from what else the machine does.
	cpu time.Duration
}

// closed sends count requests over so many connections, each as fast as its
// responses come.
func (l *load) closed(ctx context.Context, connections, count, first int) (run, error) {
	var next atomic.Int64
	next.Store(int64(first))
	last := int64(first + count)
	return l.drive(ctx, connections, count, func(work func(number int, since time.Time) error) error {
		for {
			number := next.Add(1) - 1
			if number >= last {
				return nil
			}
			if err := work(int(number), time.Now()); err != nil {
				return err
			}
		}
	})
}

// open sends requests at a constant rate, whatever the server does. A request's
// time counts from when it was due, so that a server which stalls is charged for
// everything that had to wait.
func (l *load) open(ctx context.Context, connections, perSecond int, length time.Duration, first int) (run, error) {
	count := int(float64(perSecond) * length.Seconds())
	type due struct {
		number int
		at     time.Time
	}
	// Roomy enough that the clock below never waits for a connection.
	queue := make(chan due, count)
	start := sync.OnceFunc(func() {
		go func() {
			defer close(queue)
			begin := time.Now()
			for i := range count {
				at := begin.Add(time.Duration(i) * time.Second / time.Duration(perSecond))
				time.Sleep(time.Until(at))
				queue <- due{first + i, at}
			}
		}()
	})
	return l.drive(ctx, connections, count, func(work func(number int, since time.Time) error) error {
		start()
		for d := range queue {
			if err := work(d.number, d.at); err != nil {
				return err
			}
		}
		return nil
	})
}

// drive runs the workers and adds up what they saw.
func (l *load) drive(ctx context.Context, connections, count int, loop func(func(number int, since time.Time) error) error) (run, error) {
	conns := make([]*conn, connections)
	for i := range conns {
		c, err := dial(ctx, l.address)
		if err != nil {
			return run{}, fmt.Errorf("%s: %w", l.name, err)
		}
		defer c.close()
		conns[i] = c
	}
	// Nobody pays for the garbage of the run before.
	runtime.GC()
	var (
		wg    sync.WaitGroup
		bytes atomic.Int64
		mu    sync.Mutex
		taken = make([]time.Duration, 0, count)
		fault error
	)
	profiled, err := l.profile()
	if err != nil {
		return run{}, err
	}
	defer profiled()
	begin, used := time.Now(), processorTime()
	for _, c := range conns {
		wg.Go(func() {
			own := make([]time.Duration, 0, 2*count/connections)
			buffer := make([]byte, 0, 4<<10)
			err := loop(func(number int, since time.Time) error {
				if err := ctx.Err(); err != nil {
					return err
				}
				got, err := c.exchange(l.shoot(buffer[:0], number))
				if err != nil {
					return err
				}
				if got.status != l.want {
					return fmt.Errorf("answer %d, not %d: %.300s", got.status, l.want, got.body)
				}
				own = append(own, time.Since(since))
				bytes.Add(int64(len(got.body)))
				if l.look != nil {
					l.look(got)
				}
				return nil
			})
			mu.Lock()
			defer mu.Unlock()
			taken = append(taken, own...)
			fault = errors.Join(fault, err)
		})
	}
	wg.Wait()
	elapsed, used := time.Since(begin), processorTime()-used
	if fault != nil {
		return run{}, fmt.Errorf("%s: %w", l.name, fault)
	}
	if len(taken) != count {
		return run{}, fmt.Errorf("%s: %d of %d requests were answered", l.name, len(taken), count)
	}
	slices.Sort(taken)
	return run{
		count: count, rate: float64(count) / elapsed.Seconds(),
		p50: percentile(taken, 50), p99: percentile(taken, 99), worst: taken[len(taken)-1],
		size: int(bytes.Load()) / max(count, 1), cpu: used / time.Duration(max(count, 1)),
	}, nil
}

// profile writes a CPU profile of this process, server included, until the
// answered function is called. Of loads with one name, the last one's stays.
func (l *load) profile() (stop func(), err error) {
	if l.profiles == "" {
		return func() {}, nil
	}
	file, err := os.Create(filepath.Join(l.profiles, strings.ReplaceAll(strings.Trim(l.name, "/"), "/", "-")+".prof"))
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(file); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return func() {
		pprof.StopCPUProfile()
		file.Close()
	}, nil
}
