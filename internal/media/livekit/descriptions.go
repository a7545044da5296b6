package livekit

import (
	"bytes"
	"strconv"
	"strings"

	lk "github.com/livekit/protocol/livekit"
)

// Limits of a session description, of which LiveKit takes some work again for each
// connection, or for each two. Browsers write up to 250 connections in a section, among
// them 40 of sources.
const (
	maxSessionLines  = 64
	maxSectionLines  = 512
	maxSourceLines   = 64
	maxFeedbackToAll = 8
	// maxLayers is how often layers of a picture are named: browsers name up to four, each
	// in a connection of its own and in one for all. Pion keeps something for each.
	maxLayers = 16
	// Browsers write one or two streams, and a dozen or so extensions.
	maxStreams    = 8
	maxExtensions = 32
	// maxMID is the highest number of a media section. Browsers number them from 0 on, and
	// Pion keeps something for each section that was ever described on a connection.
	maxMID = 2047
	// maxGrouped is how many more names of sections there may be in groups than sections:
	// LiveKit looks for each section among all of them.
	maxGrouped = 64
	// maxWords in the connection that begins a section, most of them formats: there
	// are 63 that browsers choose from, and a few fixed ones.
	maxWords = 80
	// maxCandidates of one message. A page repeats those that it has found in each
	// description, for each connection that it offers.
	maxCandidates = 128
	// unitOfSections is how many sections of an ordinary size are worked through as one.
	unitOfSections = 64
	// ordinarySection is the number of such words times that of bytes: LiveKit reads a
	// section once for each of its formats.
	ordinarySection = 48_000
)

// signalsThatDescribe are the kinds of messages in which session descriptions are.
var signalsThatDescribe = func() wantedFields {
	description := wantedFields{fieldNumber(&lk.SessionDescription{}, "sdp"): nil}
	return wantedFields{
		offerSignal: description, answerSignal: description,
		syncSignal: {fieldNumber(&lk.SyncState{}, "offer"): description, fieldNumber(&lk.SyncState{}, "answer"): description},
	}
}()

// description is what LiveKit would have to work through.
type description struct {
	// work is the number of media sections; large ones count as several.
	work int
	// candidates are the connections of ICE candidates.
	candidates [][]byte
	// credentials stand for all of ICE in it. Other ones restart ICE.
	credentials uint64
}

// descriptionsIn reads all session descriptions in a message.
func descriptionsIn(message []byte) (all description, err error) {
	err = eachField(message, signalsThatDescribe, func(sdp []byte) error {
		one, err := readDescription(sdp)
		all.work += one.work
		all.credentials = 31*all.credentials + one.credentials
		if all.candidates = append(all.candidates, one.candidates...); len(all.candidates) > maxCandidates {
			return errTooManySignals
		}
		return err
	})
	return all, err
}

// section is a media section while its connections are read, or what precedes all of
// them.
type section struct {
	words, lines, bytes, sources, feedbackToAll, layers, streams, extensions int
}

// crowded reports whether there are more connections of some kind than browsers write.
func (s section) crowded() bool {
	return s.lines > maxSectionLines || s.words > maxWords || s.sources > maxSourceLines || s.feedbackToAll > maxFeedbackToAll ||
		s.layers > maxLayers || s.streams > maxStreams || s.extensions > maxExtensions
}

// readDescription reads a session description as browsers write it. It refuses others,
// in which LiveKit could find connections that are none here: each connection has a
// type and an end of its own, and the connections of which LiveKit reads but the first
// words hold no further one.
func readDescription(sdp []byte) (out description, err error) {
	var now section
	grouped, sections := 0, 0
	mids, credentials := map[int]struct{}{}, digests{}
	for len(sdp) > 0 {
		line, rest, _ := bytes.Cut(sdp, []byte("\n"))
		sdp, line = rest, bytes.TrimSuffix(line, []byte("\r"))
		if !isLine(line) {
			return out, errSignalForm
		}
		if line[0] == 'm' {
			out.work += now.work()
			sections++
			now = section{words: 1 + bytes.Count(line, []byte(" "))}
		}
		now.lines++
		now.bytes += len(line)
		switch {
		case bytes.HasPrefix(line, []byte("a=group")):
			grouped += bytes.Count(line, []byte(" "))
		case bytes.HasPrefix(line, []byte("a=candidate")):
			out.candidates = append(out.candidates, line)
		case bytes.HasPrefix(line, []byte("a=ssrc")):
			now.sources++
		case bytes.HasPrefix(line, []byte("a=rtcp-fb:*")):
			now.feedbackToAll++
		case bytes.HasPrefix(line, []byte("a=rid")):
			now.layers++
		case bytes.HasPrefix(line, []byte("a=simulcast")):
			now.layers += max(1, bytes.Count(line, []byte(" "))+bytes.Count(line, []byte(";"))+bytes.Count(line, []byte(",")))
		case bytes.HasPrefix(line, []byte("a=msid:")):
			now.streams++
		case bytes.HasPrefix(line, []byte("a=extmap:")):
			now.extensions++
		case bytes.HasPrefix(line, []byte("a=ice-ufrag")), bytes.HasPrefix(line, []byte("a=ice-pwd")):
			credentials.add(line)
		case bytes.HasPrefix(line, []byte("a=mid")):
			number, ok := readMID(line)
			if _, twice := mids[number]; twice || !ok {
				return out, errSignalForm
			}
			mids[number] = struct{}{}
		}
		if now.crowded() || sections == 0 && now.lines > maxSessionLines || len(out.candidates) > maxCandidates {
			return out, errTooManySignals
		}
	}
	out.work += now.work()
	out.credentials = credentials.sum()
	if grouped > maxGrouped+sections {
		return out, errTooManySignals
	}
	return out, nil
}

// work is as much as that of so many ordinary sections.
func (s section) work() int {
	if s.words == 0 {
		return 0
	}
	return 1 + s.words*s.bytes/ordinarySection + s.layers
}

// readMID reads the number of a media section.
func readMID(line []byte) (number int, ok bool) {
	text, found := strings.CutPrefix(string(line), "a=mid:")
	number, err := strconv.Atoi(text)
	return number, found && err == nil && number >= 0 && number <= maxMID && strconv.Itoa(number) == text
}

func isLine(line []byte) bool {
	if len(line) < 2 || line[1] != '=' || bytes.ContainsFunc(line, func(c rune) bool { return c < ' ' }) {
		return false
	}
	switch line[0] {
	case 'a', 'b', 's':
		return true
	case 'c', 'm', 'o', 't', 'v':
		return bytes.IndexByte(line[2:], '=') < 0
	}
	return false
}
