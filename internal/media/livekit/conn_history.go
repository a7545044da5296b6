package livekit

import (
	"hash/maphash"

	lk "github.com/livekit/protocol/livekit"
	"google.golang.org/protobuf/encoding/protowire"
)

// connHistory is what has been said on a connection, as far as it matters to the cost of
// the next message: LiveKit does little about what it knows already.
type connHistory struct {
	// ice is by the kind of message: offers and returns may belong to different connections.
	ice map[protowire.Number]saidOfICE
	// restricted and receivers say who may receive the participant's tracks.
	restricted bool
	receivers  digests
}

// saidOfICE is what descriptions of a kind have said.
type saidOfICE struct {
	credentials uint64
	candidates  digests
}

const (
	// maxCandidatesKnown: a page that has found so many begins anew, and they count again.
	maxCandidatesKnown = 4096
	// restartCost is how many candidates a restart of ICE is worth.
	restartCost = 10
)

// describeICE returns how many candidates of a description count. After a restart, LiveKit
// tries all of them again.
func (s *connHistory) describeICE(kind protowire.Number, said description) (count int) {
	known := s.ice[kind]
	if known.credentials != said.credentials {
		known, count = saidOfICE{credentials: said.credentials}, restartCost
	}
	if known.candidates == nil || len(known.candidates) > maxCandidatesKnown {
		known.candidates = digests{}
	}
	before := len(known.candidates)
	for _, line := range said.candidates {
		known.candidates.add(line)
	}
	if s.ice == nil {
		s.ice = map[protowire.Number]saidOfICE{}
	}
	s.ice[kind] = known
	return count + len(known.candidates) - before
}

// The fields of a message that says who may receive the participant's tracks.
var (
	everybodyField = fieldNumber(&lk.SubscriptionPermission{}, "all_participants")
	receiverField  = fieldNumber(&lk.SubscriptionPermission{}, "track_permissions")
)

// changeReceivers returns for how many people such a message may change something, but
// no more than everybodyCost.
func (s *connHistory) changeReceivers(message []byte) (int, error) {
	_, _, n := protowire.ConsumeTag(message)
	body, _ := protowire.ConsumeBytes(message[n:])
	restricted, receivers := true, digests{}
	for len(body) > 0 {
		number, wire, n := protowire.ConsumeTag(body)
		if n < 0 {
			return 0, errSignalForm
		}
		size := protowire.ConsumeFieldValue(number, wire, body[n:])
		if size < 0 {
			return 0, errSignalForm
		}
		switch value := body[n : n+size]; {
		case number == everybodyField && wire == protowire.VarintType:
			everybody, _ := protowire.ConsumeVarint(value)
			restricted = everybody == 0
		case number == receiverField:
			receivers.add(value)
		}
		body = body[n+size:]
	}
	added, removed := receivers.without(s.receivers), s.receivers.without(receivers)
	all := restricted != s.restricted
	s.restricted, s.receivers = restricted, receivers
	if all {
		return everybodyCost, nil
	}
	return min(max(added, removed, 1), everybodyCost), nil
}

// digests stand for texts.
type digests map[uint64]struct{}

var digestSeed = maphash.MakeSeed()

func (d digests) add(text []byte) { d[maphash.Bytes(digestSeed, text)] = struct{}{} }

// sum is the same for the same texts in any order.
func (d digests) sum() (sum uint64) {
	for digest := range d {
		sum += digest
	}
	return sum
}

// without returns how many are not among others.
func (d digests) without(others digests) (count int) {
	for digest := range d {
		if _, ok := others[digest]; !ok {
			count++
		}
	}
	return count
}
