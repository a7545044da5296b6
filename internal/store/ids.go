package store

import (
	"crypto/rand"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"sync"
	"time"
)

// ids makes identifiers that sort by the time of their making, so that new
// rows land beside each other in the indexes. Real time is used: ids must not
// go backwards with a test's clock.
var ids struct {
	sync.Mutex
	last int64
}

// tick is a number of microseconds since 1970 that never repeats in a process.
func tick() uint64 {
	ids.Lock()
	defer ids.Unlock()
	ids.last = max(ids.last+1, time.Now().UnixMicro())
	return uint64(ids.last)
}

// NewID makes an id in the form of a UUID (version 7): unique, and sorting
// after those made before it in this process. It is no secret.
func NewID() string {
	var raw [16]byte
	micros := tick()
	binary.BigEndian.PutUint64(raw[:8], micros/1000<<16)
	// The part of a millisecond, in the bits that version 7 leaves to its maker.
	binary.BigEndian.PutUint16(raw[6:8], uint16(micros%1000)|0x7000)
	random(raw[8:])
	raw[8] = raw[8]&0x3f | 0x80
	var text [36]byte
	hex.Encode(text[:8], raw[:4])
	hex.Encode(text[9:13], raw[4:6])
	hex.Encode(text[14:18], raw[6:8])
	hex.Encode(text[19:23], raw[8:10])
	hex.Encode(text[24:], raw[10:])
	text[8], text[13], text[18], text[23] = '-', '-', '-', '-'
	return string(text[:])
}

// crockford leaves out letters that are read as digits.
const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

// NewAttemptID makes the id of a join attempt: 22 letters and digits that
// sort by time and are easy to read out.
func NewAttemptID() string {
	var noise [8]byte
	random(noise[:])
	var text [22]byte
	encode(text[:11], tick())
	encode(text[11:], binary.BigEndian.Uint64(noise[:])>>9)
	return string(text[:])
}

func encode(into []byte, n uint64) {
	for i := len(into) - 1; i >= 0; i-- {
		into[i] = crockford[n&31]
		n >>= 5
	}
}

func random(into []byte) {
	if _, err := rand.Read(into); err != nil {
		panic(fmt.Sprintf("read random bytes: %v", err)) // documented never to happen
	}
}
