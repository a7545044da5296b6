package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	lk "github.com/livekit/protocol/livekit"

	"github.com/anteroom/anteroom/bench/loadgen"
	"github.com/anteroom/anteroom/internal/rogue"
)

const (
	// others are in a meeting of their own while a load is in another one.
	others = 6
	// talkEvery is how often one of them writes.
	talkEvery = 500 * time.Millisecond
	// arrivalTime is how long the last message may take until all have it.
	arrivalTime = 30 * time.Second
)

// otherMeeting are the people of another meeting: one speaks and writes, the rest listen
// and read.
type otherMeeting struct {
	people   []*loadgen.Participant
	speaker  *rogue.Media
	listener *rogue.Media
	voice    *rogue.Track

	stopped context.CancelFunc
	talked  chan struct{}

	mu    sync.Mutex
	sent  []time.Time
	heard []int // by person: the messages that came, in order
	late  time.Duration
	fault error
	news  chan struct{}
}

// seen is how a meeting fared.
type seen struct {
	messages int           // written, for each of the others
	lost     int           // of all that were to be read
	late     time.Duration // the slowest message
	sound    rogue.Received
}

// startOtherMeeting brings them in; they talk until they are asked how it was.
func startOtherMeeting(ctx context.Context, m loadgen.Meeting) (_ *otherMeeting, err error) {
	b := &otherMeeting{heard: make([]int, others), talked: make(chan struct{}), news: make(chan struct{}, 1)}
	defer func() {
		if err != nil {
			b.leave(ctx)
		}
	}()
	for i := range others {
		p, err := loadgen.Join(ctx, m, fmt.Sprintf("Other %d", i+1), loadgen.Options{OnFrame: func(frame []byte) { b.onFrame(i, frame) }})
		if err != nil {
			return nil, err
		}
		b.people = append(b.people, p)
	}
	if b.speaker, err = rogue.JoinMedia(ctx, m.Server, b.people[0].JoinResponse().Media.Token); err != nil {
		return nil, err
	}
	if b.listener, err = rogue.JoinMedia(ctx, m.Server, b.people[1].JoinResponse().Media.Token); err != nil {
		return nil, err
	}
	if b.voice, err = b.speaker.Publish(ctx, lk.TrackType_AUDIO, lk.TrackSource_MICROPHONE, false); err != nil {
		return nil, err
	}
	if _, err := b.listener.Hears(ctx, b.voice.ID, 10); err != nil {
		return nil, err
	}
	talking, stop := context.WithCancel(ctx)
	b.stopped = stop
	go b.talk(talking)
	return b, nil
}

func (b *otherMeeting) talk(ctx context.Context) {
	defer close(b.talked)
	for number := 0; pause(ctx, talkEvery) == nil; number++ {
		b.mu.Lock()
		b.sent = append(b.sent, time.Now())
		b.mu.Unlock()
		if err := b.people[0].SendChat(context.WithoutCancel(ctx), strconv.Itoa(number)); err != nil {
			b.fail(fmt.Errorf("message %d of the others: %w", number, err))
			return
		}
	}
}

func (b *otherMeeting) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fault = errors.Join(b.fault, err)
}

// onFrame takes a frame that came to a person.
func (b *otherMeeting) onFrame(person int, frame []byte) {
	var got struct {
		Push struct {
			Pub struct {
				Data struct {
					Type string
					Data struct{ Text string }
				}
			}
		}
	}
	if json.Unmarshal(frame, &got) != nil || got.Push.Pub.Data.Type != "chat.message" {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	number, err := strconv.Atoi(got.Push.Pub.Data.Data.Text)
	if err != nil || number != b.heard[person] {
		b.fault = errors.Join(b.fault, fmt.Errorf("person %d waited for message %d of the others and read %.40q", person, b.heard[person], got.Push.Pub.Data.Data.Text))
		return
	}
	b.heard[person]++
	b.late = max(b.late, time.Since(b.sent[number]))
	select {
	case b.news <- struct{}{}:
	default:
	}
}

// report ends the talk and returns how it was. What was lost is an error.
func (b *otherMeeting) report(ctx context.Context) (seen, error) {
	b.stopped()
	<-b.talked
	for _, p := range b.people {
		if err := p.Inside(); err != nil {
			b.fail(err)
		}
	}
	waiting, cancel := context.WithTimeout(ctx, arrivalTime)
	defer cancel()
	for {
		b.mu.Lock()
		got := seen{messages: len(b.sent), late: b.late, sound: b.listener.Received(b.voice.ID)}
		for _, messages := range b.heard {
			got.lost += len(b.sent) - messages
		}
		fault := b.fault
		b.mu.Unlock()
		if got.lost == 0 || fault != nil || waiting.Err() != nil {
			return got, fault
		}
		select {
		case <-b.news:
		case <-waiting.Done():
		}
	}
}

func (b *otherMeeting) leave(ctx context.Context) {
	if b.stopped != nil {
		b.stopped()
		<-b.talked
	}
	for _, m := range []*rogue.Media{b.speaker, b.listener} {
		if m != nil {
			m.Close()
		}
	}
	for _, p := range b.people {
		_ = p.Leave(context.WithoutCancel(ctx))
	}
}
