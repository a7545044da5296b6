package rogue

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"reflect"
	"sync"
	"unsafe"

	lk "github.com/livekit/protocol/livekit"
	"github.com/pion/webrtc/v4"
)

// RawSCTP sends packets by hand on a peer connection with an open data channel. Pion knows
// nothing of them: the connection is of no other use any more.
type RawSCTP struct {
	conn   io.Writer
	head   []byte
	tsn    uint32
	resets uint32
	stream uint16
}

// RawSCTP takes the data channels of one of the two peer connections over.
func (m *Media) RawSCTP(of lk.SignalTarget) (raw *RawSCTP, err error) {
	defer func() {
		if unknown := recover(); unknown != nil {
			err = fmt.Errorf("an unknown version of Pion's SCTP: %v", unknown)
		}
	}()
	transport := m.connection(of).SCTP()
	association := field(transport, "sctpAssociation").Interface()
	lock := field(association, "lock").Addr().Interface().(sync.Locker)
	lock.Lock()
	defer lock.Unlock()
	raw = &RawSCTP{
		conn:   field(transport.Transport(), "conn").Interface().(io.Writer),
		tsn:    uint32(field(association, "myNextTSN").Uint()),
		stream: *field(transport, "dataChannels").Index(0).Interface().(*webrtc.DataChannel).ID(),
	}
	raw.head = binary.BigEndian.AppendUint16(raw.head, uint16(field(association, "sourcePort").Uint()))
	raw.head = binary.BigEndian.AppendUint16(raw.head, uint16(field(association, "destinationPort").Uint()))
	raw.head = binary.BigEndian.AppendUint32(raw.head, uint32(field(association, "peerVerificationTag").Uint()))
	return raw, nil
}

func field(of any, name string) reflect.Value {
	f := reflect.ValueOf(of).Elem().FieldByName(name)
	return reflect.NewAt(f.Type(), unsafe.Pointer(f.UnsafeAddr())).Elem()
}

func (r *RawSCTP) send(chunks []byte) error {
	packet := append(append([]byte{}, r.head...), 0, 0, 0, 0)
	packet = append(packet, chunks...)
	binary.LittleEndian.PutUint32(packet[len(r.head):], crc32.Checksum(packet, crc32.MakeTable(crc32.Castagnoli)))
	_, err := r.conn.Write(packet)
	return err
}

// Resets asks in each of so many chunks of a packet for a stream to be reset after data
// that never come.
func (r *RawSCTP) Resets(chunks int) error {
	var packet []byte
	for range chunks {
		packet = append(packet, 130, 0, 0, 22, 0, 13, 0, 18)
		packet = binary.BigEndian.AppendUint32(packet, 0x1000+r.resets)
		packet = binary.BigEndian.AppendUint32(packet, 1)
		packet = binary.BigEndian.AppendUint32(packet, r.tsn+1_000_000)
		packet = append(packet, 3, 231, 0, 0)
		r.resets++
	}
	return r.send(packet)
}

// Data sends one byte in each of so many chunks of a packet.
func (r *RawSCTP) Data(chunks int) error {
	var packet []byte
	for range chunks {
		packet = append(packet, 64, 7, 0, 21)
		packet = binary.BigEndian.AppendUint32(packet, r.tsn)
		packet = binary.BigEndian.AppendUint16(packet, r.stream)
		packet = append(packet, 0, 0)
		packet = binary.BigEndian.AppendUint32(packet, r.tsn)
		packet = append(packet, 0, 0, 0, 53, 1, 0, 0, 0)
		r.tsn++
	}
	return r.send(packet)
}

// SendHandshake sends so many packets on one of the two peer connections, each a record of
// messages of a handshake. Earlier calls have sent so many, and it returns how many are sent
// then.
func (m *Media) SendHandshake(of lk.SignalTarget, packets, sent int) (all int, err error) {
	defer func() {
		if unknown := recover(); unknown != nil {
			err = fmt.Errorf("an unknown version of Pion's ICE: %v", unknown)
		}
	}()
	const most, length = 110, 12
	conn := field(m.connection(of).SCTP().Transport().ICETransport(), "conn").Interface().(io.Writer)
	for range packets {
		messages := min(most, 1<<16-sent%(1<<16))                                        // Pion skips what follows the highest number
		record := binary.BigEndian.AppendUint64([]byte{22, 254, 253}, uint64(1000+sent)) // of epoch 0
		record = binary.BigEndian.AppendUint16(record, uint16(messages*length))
		for range messages {
			message := make([]byte, length)
			binary.BigEndian.PutUint16(message[4:], uint16(sent))
			record = append(record, message...)
			sent++
		}
		if _, err := conn.Write(record); err != nil {
			return 0, err
		}
	}
	return sent, nil
}
