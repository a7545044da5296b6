package clustertest

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"sync"
	"testing"
	"time"
)

// How the balancer checks its backends, as docs/operators/cluster.md recommends.
const (
	checkEvery = time.Second
	checkTime  = 2 * time.Second
	// checksFail is after how many failed checks a backend is down.
	checksFail = 2
)

// balancer is an HTTP reverse proxy before several backends: it sends requests to those
// whose check succeeds in turn, and to another one if a backend does not accept the
// connection.
type balancer struct {
	server    *httptest.Server
	check     string
	transport *http.Transport

	mu       sync.Mutex
	backends []*backend
	next     int
}

// backend is a server behind the balancer; its fields are guarded by the balancer.
type backend struct {
	host   string
	failed int
}

// newBalancer starts a balancer that asks its backends at the path of check and ends
// with the test.
func newBalancer(t *testing.T, check string, backends int) *balancer {
	t.Helper()
	b := &balancer{check: check, transport: &http.Transport{
		DialContext: (&net.Dialer{Timeout: 3 * time.Second}).DialContext, MaxIdleConnsPerHost: 64,
		// A node may end while a connection to it is idle; a request must not meet that.
		DisableKeepAlives: true,
	}}
	for range backends {
		b.backends = append(b.backends, &backend{failed: checksFail})
	}
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.Host = "http", r.In.Host
			r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
			r.SetXForwarded()
		},
		Transport: b, FlushInterval: -1, ErrorLog: log.New(io.Discard, "", 0),
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
	b.server = httptest.NewUnstartedServer(proxy)
	b.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	b.server.Start()
	ctx, stop := context.WithCancel(t.Context())
	var checks sync.WaitGroup
	checks.Go(func() { b.watch(ctx) })
	t.Cleanup(func() {
		stop()
		checks.Wait()
		b.server.CloseClientConnections()
		b.server.Close()
	})
	return b
}

// url is the address of the balancer.
func (b *balancer) url() string { return b.server.URL }

// lead reports where a backend is; it is up once a check has succeeded.
func (b *balancer) lead(index int, host string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.backends[index].host, b.backends[index].failed = host, checksFail
}

// up is how many backends are up.
func (b *balancer) up() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, one := range b.backends {
		if one.failed < checksFail {
			n++
		}
	}
	return n
}

// watch checks all backends until ctx ends.
func (b *balancer) watch(ctx context.Context) {
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	for {
		var asked sync.WaitGroup
		for index := range b.backends {
			asked.Go(func() { b.ask(ctx, index) })
		}
		asked.Wait()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (b *balancer) ask(ctx context.Context, index int) {
	b.mu.Lock()
	host := b.backends[index].host
	b.mu.Unlock()
	if host == "" {
		return
	}
	ok := status(ctx, "http://"+host+b.check) == http.StatusOK
	b.mu.Lock()
	defer b.mu.Unlock()
	one := b.backends[index]
	switch {
	case one.host != host:
	case ok:
		one.failed = 0
	default:
		one.failed++
	}
}

// status is the status of a GET, or 0.
func status(ctx context.Context, url string) int {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0
	}
	_ = response.Body.Close()
	return response.StatusCode
}

var errNoBackend = errors.New("no backend is up")

// RoundTrip implements http.RoundTripper.
func (b *balancer) RoundTrip(r *http.Request) (*http.Response, error) {
	err := errNoBackend
	for _, host := range b.hosts() {
		r.URL.Host = host
		var response *http.Response
		response, err = b.transport.RoundTrip(r)
		var network *net.OpError
		if err == nil || !errors.As(err, &network) || network.Op != "dial" {
			return response, err
		}
	}
	return nil, err
}

// hosts are those that are up, the next one first.
func (b *balancer) hosts() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.next++
	var hosts []string
	for i := range b.backends {
		one := b.backends[(b.next+i)%len(b.backends)]
		if one.failed < checksFail {
			hosts = append(hosts, one.host)
		}
	}
	return hosts
}
