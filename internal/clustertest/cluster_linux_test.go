package clustertest

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anteroom/anteroom/anteroomtest"
	"github.com/anteroom/anteroom/bench/loadgen"
	"github.com/anteroom/anteroom/internal/store/pgtest"
)

// programs builds what the tests run; a test binary's folder is deleted with it.
var programs = sync.OnceValues(func() (folder string, err error) {
	if folder, err = os.MkdirTemp("", "anteroom-cluster-"); err != nil {
		return "", err
	}
	for name, pkg := range map[string]string{"livekit": "./livekit", "anteroom": "../../cmd/anteroom"} {
		if out, err := exec.Command("go", "build", "-o", filepath.Join(folder, name), pkg).CombinedOutput(); err != nil {
			return folder, fmt.Errorf("build %s: %w: %s", name, err, out)
		}
	}
	return folder, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if folder, _ := programs(); folder != "" {
		_ = os.RemoveAll(folder)
	}
	os.Exit(code)
}

// program is the path of a built program.
func program(t *testing.T, name string) string {
	t.Helper()
	folder, err := programs()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(folder, name)
}

// cluster is two nodes of Anteroom and everything that they need.
type cluster struct {
	t *testing.T
	// proxy is before the nodes, media before LiveKit; people reach the proxy by front.
	proxy, media *balancer
	front        *relay
	postgres     *pgtest.Server
	redis        *redis
	nodes        [2]*node
	livekits     [2]*process
	secret, key  string
	// anteroom is the program of nodes that start.
	anteroom string
	// world is a server that made the meetings; it does not run any more.
	world *anteroomtest.Server
}

// node is one Anteroom of the cluster. Its lines to the database and to Redis can be cut.
type node struct {
	*process
	url                    string
	network                *network
	database, redis, media *relay
}

// newCluster starts a cluster; meetings makes what is in its database.
func newCluster(t *testing.T, meetings func(*anteroomtest.Server)) *cluster {
	t.Helper()
	return newClusterOn(t, nil, meetings)
}

// newClusterOn starts a cluster whose second node is in the network.
func newClusterOn(t *testing.T, second *network, meetings func(*anteroomtest.Server)) *cluster {
	t.Helper()
	c := newClusterWithoutNodes(t)
	folder := t.TempDir()
	c.world = anteroomtest.Start(t, anteroomtest.WithFolder(folder), anteroomtest.WithDatabase(pgtest.URLAt(c.postgres.Address())))
	meetings(c.world)
	c.world.Close()
	c.startNodes(folder, second)
	return c
}

// newClusterWithoutNodes starts all of a cluster but its nodes.
func newClusterWithoutNodes(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{t: t, secret: rand.Text() + rand.Text(), anteroom: program(t, "anteroom")}
	c.postgres = pgtest.StartServer(t)
	c.redis = newRedis(t)
	c.proxy, c.media = newBalancer(t, "/readyz", len(c.nodes)), newBalancer(t, "/", len(c.livekits))
	c.front = newRelay(t, "127.0.0.1:0", "tcp", c.proxy.server.Listener.Addr().String())
	for i := range c.livekits {
		c.startLiveKit(i)
	}
	return c
}

// startNodes starts both nodes with the key that is in the folder, the second one in the
// network.
func (c *cluster) startNodes(folder string, second *network) {
	c.t.Helper()
	key, err := os.ReadFile(filepath.Join(folder, "encryption.key"))
	if err != nil {
		c.t.Fatal(err)
	}
	c.key = strings.TrimSpace(string(key))
	for i, at := range []*network{nil, second} {
		listen := at.outside() + ":0"
		c.nodes[i] = &node{
			network:  at,
			database: newRelay(c.t, listen, "tcp", c.postgres.Address()),
			redis:    newRelay(c.t, listen, "unix", c.redis.socket),
			media:    newRelay(c.t, listen, "tcp", c.media.server.Listener.Addr().String()),
		}
		c.startNode(i)
	}
	c.ready(2)
}

// url is the address of the cluster.
func (c *cluster) url() string { return "http://" + c.front.address() }

// startNode starts a node, again if it was there before.
func (c *cluster) startNode(i int) {
	c.t.Helper()
	n := c.nodes[i]
	folder := c.t.TempDir()
	file := filepath.Join(folder, "anteroom.yaml")
	config := fmt.Sprintf("listen: %s:0\npublic_url: %s\ndata: %s\ntrusted_proxies: [127.0.0.0/8, %s]\njoins_per_minute: 1000000\n"+
		"media: {external: {url: http://%s, key: anteroom}}\n", n.network.inside(), c.url(), folder, n.network.outside(), n.media.address())
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		c.t.Fatal(err)
	}
	cmd := n.network.command(c.anteroom, "serve", "--json", "--config", file)
	cmd.Env = append(os.Environ(), "ANTEROOM_ENCRYPTION_KEY="+c.key, "ANTEROOM_MEDIA_EXTERNAL_SECRET="+c.secret,
		"ANTEROOM_DATABASE="+pgtest.URLAt(n.database.address()), "ANTEROOM_REDIS="+n.redis.address())
	n.process = start(c.t, fmt.Sprintf("node %d", i), cmd, listening(&n.url))
	c.routeTo(i)
}

// routeTo sets the node of the proxy.
func (c *cluster) routeTo(i int) {
	c.t.Helper()
	at, err := url.Parse(c.nodes[i].url)
	if err != nil {
		c.t.Fatal(err)
	}
	c.proxy.lead(i, at.Host)
}

// joinVia lets whoever enters do so at one node.
func (c *cluster) joinVia(i int, enter func()) {
	c.t.Helper()
	other := 1 - i
	c.proxy.lead(other, "")
	enter()
	c.routeTo(other)
	c.ready(2)
}

// listening reads the address from the first line of a server.
func listening(address *string) func(line string) bool {
	return func(line string) bool {
		var first struct{ Listening string }
		if json.Unmarshal([]byte(line), &first) != nil || first.Listening == "" {
			return false
		}
		*address = first.Listening
		return true
	}
}

// ready waits until so many nodes are up behind the proxy.
func (c *cluster) ready(nodes int) {
	c.t.Helper()
	until(c.t, fmt.Sprintf("%d nodes are up", nodes), func() bool { return c.proxy.up() == nodes })
}

// startLiveKit starts a LiveKit node, again if it was there before.
func (c *cluster) startLiveKit(i int) {
	c.t.Helper()
	// LiveKit cannot choose its ports itself. Another program may take one in between.
	var err error
	for range 5 {
		port, rtc := freePort(c.t), freePort(c.t)
		config := fmt.Sprintf("port: %s\nbind_addresses: [127.0.0.1]\nkeys: {anteroom: %s}\nredis: {address: %q}\n"+
			"rtc: {udp_port: %s, tcp_port: %s, node_ip: 127.0.0.1, use_external_ip: false, enable_loopback_candidate: true, ips: {includes: [127.0.0.1/32]}}\n"+
			"room: {auto_create: false}\nwebhook: {api_key: anteroom, urls: [%s/media/webhook]}\nlogging: {level: warn}\n",
			port, c.secret, c.redis.address(), rtc, rtc, c.proxy.url())
		file := filepath.Join(c.t.TempDir(), "livekit.yaml")
		if err = os.WriteFile(file, []byte(config), 0o600); err != nil {
			break
		}
		host := "127.0.0.1:" + port
		c.livekits[i], err = tryStart(c.t, fmt.Sprintf("LiveKit %d", i), exec.Command(program(c.t, "livekit"), file), nil)
		if err != nil {
			break
		}
		if err = c.livekits[i].reachable(c.t.Context(), "http://"+host+"/"); err == nil {
			c.media.lead(i, host)
			until(c.t, "LiveKit is up", func() bool { return c.media.up() > i })
			return
		}
	}
	c.t.Fatal(err)
}

// reachable waits until the process serves the address.
func (p *process) reachable(ctx context.Context, url string) error {
	for deadline := time.Now().Add(startTime); time.Now().Before(deadline); {
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended:\n%s", p.name, p.tail())
		case <-time.After(20 * time.Millisecond):
		}
		if status(ctx, url) == 200 {
			return nil
		}
	}
	return fmt.Errorf("%s does not answer:\n%s", p.name, p.tail())
}

func freePort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return port
}

// meeting is a meeting of the cluster as participants join it.
func (c *cluster) meeting(m anteroomtest.Meeting) loadgen.Meeting {
	return loadgen.Meeting{Server: c.url(), Number: m.Number, Passcode: m.Password, Key: c.world.SDKKey, Secret: c.world.SDKSecret}
}

// redis is a Redis behind a socket file, and a relay before it for those who cannot use one.
type redis struct {
	t      *testing.T
	folder string
	socket string
	relay  *relay
	*process
}

func newRedis(t *testing.T) *redis {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		if os.Getenv("ANTEROOM_REQUIRE_REDIS") == "1" {
			t.Fatalf("ANTEROOM_REQUIRE_REDIS is set: %v", err)
		}
		t.Skip("no redis-server here")
	}
	// A socket's path is short; t.TempDir may not be.
	folder, err := os.MkdirTemp("", "redis")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	r := &redis{t: t, folder: folder, socket: filepath.Join(folder, "s")}
	r.relay = newRelay(t, "127.0.0.1:0", "unix", r.socket)
	r.start()
	return r
}

// start starts Redis, again if it was there before.
func (r *redis) start() {
	r.t.Helper()
	cmd := exec.Command("redis-server", "--port", "0", "--unixsocket", r.socket, "--save", "", "--appendonly", "no", "--dir", r.folder)
	r.process = start(r.t, "Redis", cmd, func(line string) bool {
		return strings.Contains(strings.ToLower(line), "ready to accept connections")
	})
}

// address is where Redis can be reached by TCP.
func (r *redis) address() string { return r.relay.address() }

// testTimeout is how long a test waits for what must come.
const testTimeout = time.Minute

// until waits for a condition.
func until(t *testing.T, what string, met func() bool) {
	t.Helper()
	untilTimeout(t, testTimeout, what, met)
}

// untilTimeout waits for a condition that may take long.
func untilTimeout(t *testing.T, timeout time.Duration, what string, met func() bool) {
	t.Helper()
	for deadline := time.Now().Add(timeout); !met(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("in vain: %s", what)
		}
	}
}

// within is a context for what must come.
func within(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), testTimeout)
	t.Cleanup(cancel)
	return ctx
}

// startPostgres starts PostgreSQL again, and leads everybody to it.
func (c *cluster) startPostgres() {
	c.t.Helper()
	c.postgres.Start()
	for _, n := range c.nodes {
		n.database.lead(c.postgres.Address())
	}
}

// long skips a test that is not for every run.
func long(t *testing.T) {
	t.Helper()
	if os.Getenv("ANTEROOM_LONG_TESTS") != "1" {
		t.Skip("runs in make test-cluster")
	}
}
