package clustertest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/anteroom/anteroom/bench/loadgen"
	"github.com/anteroom/anteroom/internal/store/pgtest"
)

// Two nodes from before the newest migration are upgraded, one after the other, while
// people write: nobody is thrown out, and no message is lost.
func TestRollingUpgrade(t *testing.T) {
	long(t)
	former := previousRelease(t)
	c := newClusterWithoutNodes(t)
	c.anteroom = former
	m, folder := c.demo()
	c.startNodes(folder, nil)

	all := slices.Concat(c.joinAt(t, 0, m, "Near", 3), c.joinAt(t, 1, m, "Far", 3))
	talk := all.talk(t)
	// A command that was running when its node stopped may run again on the other.
	talk.mayRepeat = true
	talk.goesOn(t)
	replace := func(i int, with string) {
		c.anteroom = with
		c.nodes[i].end(syscall.SIGTERM)
		all.connected(t)
		c.startNode(i)
		c.ready(2)
		talk.goesOn(t)
	}
	replace(0, program(t, "anteroom"))
	// The former version can start again, and both admit people.
	replace(1, former)
	c.joinAt(t, 0, m, "Newcomer", 1).leave()
	c.joinAt(t, 1, m, "Latecomer", 1).leave()
	replace(1, program(t, "anteroom"))
	talk.finish(t)
}

// demo lets the program make the demo data in the cluster's database, and returns a
// meeting of it and the folder of the key.
func (c *cluster) demo() (m loadgen.Meeting, folder string) {
	c.t.Helper()
	folder = c.t.TempDir()
	var url string
	cmd := exec.Command(c.anteroom, "serve", "--json", "--listen", "127.0.0.1:0", "--data", folder, "--media-port", "0")
	cmd.Env = append(os.Environ(), "ANTEROOM_DATABASE="+pgtest.URLAt(c.postgres.Address()))
	maker := start(c.t, "the maker of the demo data", cmd, listening(&url))
	m, err := loadgen.Demo(within(c.t), url)
	if err != nil {
		c.t.Fatal(err)
	}
	maker.end(syscall.SIGTERM)
	m.Server = c.url()
	return m, folder
}

// previousRelease builds the program from before the newest migration. The test is skipped
// where the history is not there, and for a migration with which it cannot work.
func previousRelease(t *testing.T) string {
	t.Helper()
	const folder = "internal/store/migrations/postgres"
	files, err := filepath.Glob(filepath.Join("../..", folder, "*.sql"))
	if err != nil || len(files) < 2 {
		t.Fatal(files, err)
	}
	newest, before := filepath.Base(files[len(files)-1]), filepath.Base(files[len(files)-2])
	text, err := os.ReadFile(files[len(files)-1])
	if err != nil {
		t.Fatal(err)
	}
	number, _, _ := strings.Cut(newest, "_")
	if strings.Contains(string(text), "-- min_compatible: "+strings.TrimLeft(number, "0")+"\n") {
		t.Skipf("%s cannot be applied while nodes know only %s", newest, before)
	}
	added, err := exec.Command("git", "log", "--diff-filter=A", "-1", "--format=%H", "--", ":/"+folder+"/"+newest).Output()
	commit := strings.TrimSpace(string(added))
	if err != nil || commit == "" {
		t.Skipf("the history does not tell when %s came", newest)
	}
	source := t.TempDir()
	for _, step := range []string{
		"git -C ../.. archive --output " + source + "/former.tar " + commit + "^",
		"tar -x -C " + source + " -f " + source + "/former.tar",
		"go build -C " + source + " -o " + source + "/former ./cmd/anteroom",
	} {
		if err := run(step); err != nil {
			t.Fatal(err)
		}
	}
	return source + "/former"
}
