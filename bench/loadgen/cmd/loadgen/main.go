// Command loadgen fills a meeting of a running server with synthetic participants:
//
//	go run ./bench/loadgen/cmd/loadgen -people 25 -video
//
// Without -meeting it is the demo meeting of a server in development mode. When
// all are inside it prints one line of JSON, {"userIds":[…]}, and they stay until
// the standard input ends or a signal comes.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/anteroom/anteroom/bench/loadgen"
)

// leaveTime bounds the leaving of all.
const leaveTime = 30 * time.Second

func main() {
	var (
		meeting loadgen.Meeting
		sends   loadgen.Options
		people  int
		name    string
		churn   time.Duration
	)
	flag.StringVar(&meeting.Server, "server", "http://127.0.0.1:8080", "the server's `address`")
	flag.StringVar(&meeting.Number, "meeting", "", "the meeting's `number`; the demo meeting unless given")
	flag.StringVar(&meeting.Passcode, "passcode", "", "the meeting's passcode")
	flag.StringVar(&meeting.Key, "key", os.Getenv("ANTEROOM_SDK_KEY"), "the SDK key of an app, for -meeting")
	flag.StringVar(&meeting.Secret, "secret", os.Getenv("ANTEROOM_SDK_SECRET"), "its SDK secret; better given as ANTEROOM_SDK_SECRET")
	flag.IntVar(&people, "people", 25, "how many come")
	flag.StringVar(&name, "name", "Guest", "what they are called, before their number")
	flag.BoolVar(&sends.Video, "video", false, "they send moving pictures")
	flag.BoolVar(&sends.Sound, "sound", false, "they send (silent) sound")
	flag.DurationVar(&churn, "churn", 0, "how often one leaves and another comes; 0 is never")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, meeting, people, name, sends, churn)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "loadgen:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, meeting loadgen.Meeting, people int, name string, sends loadgen.Options, churn time.Duration) (err error) {
	if people < 1 || people > 1000 {
		return errors.New("-people: from 1 to 1000 can come")
	}
	if meeting.Number == "" {
		if meeting, err = loadgen.Demo(ctx, meeting.Server); err != nil {
			return err
		}
	}
	c, err := loadgen.Start(ctx, meeting, people, name, sends)
	if err != nil {
		return err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaveTime)
		defer cancel()
		err = errors.Join(err, c.Stop(ctx))
	}()
	var joined struct {
		UserIDs []int64 `json:"userIds"`
	}
	for _, p := range c.Participants() {
		joined.UserIDs = append(joined.UserIDs, p.UserID)
	}
	if err := json.NewEncoder(os.Stdout).Encode(joined); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		close(ended)
	}()
	var turn <-chan time.Time
	if churn > 0 {
		beat := time.NewTicker(churn)
		defer beat.Stop()
		turn = beat.C
	}
	for place := 0; ; place = (place + 1) % people {
		select {
		case <-ctx.Done():
			return nil
		case <-ended:
			return nil
		case <-turn:
			if err := c.Replace(ctx, place); err != nil {
				return err
			}
		}
	}
}
