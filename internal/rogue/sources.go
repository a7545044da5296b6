package rogue

import (
	"errors"
	"reflect"

	lk "github.com/livekit/protocol/livekit"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"
)

const (
	// firstSource is the first SSRC that is made up here.
	firstSource = 1 << 20
	// sourcesInReport fit into one packet.
	sourcesInReport = 250
)

// ReportSources reports about so many sources that do not exist, beginning with the one of
// that number, on one of the two peer connections.
func (m *Media) ReportSources(of lk.SignalTarget, from, count int) error {
	for sent := 0; sent < count; sent += sourcesInReport {
		report := &rtcp.ReceiverEstimatedMaximumBitrate{SenderSSRC: 1, Bitrate: 1e6}
		for n := range min(sourcesInReport, count-sent) {
			report.SSRCs = append(report.SSRCs, uint32(firstSource+from+sent+n))
		}
		if err := m.connection(of).WriteRTCP([]rtcp.Packet{report}); err != nil {
			return err
		}
	}
	return nil
}

// SendSources sends one packet of each of so many sources that no description names.
func (m *Media) SendSources(of lk.SignalTarget, from, count int) error {
	transport := m.connection(of).SCTP().Transport()
	field := reflect.ValueOf(transport).Elem().FieldByName("srtpSession")
	if !field.IsValid() || !field.CanAddr() {
		return errors.New("Pion's transport has no srtpSession")
	}
	load := reflect.NewAt(field.Type(), field.Addr().UnsafePointer()).MethodByName("Load")
	if !load.IsValid() {
		return errors.New("Pion's transport has a srtpSession of another type")
	}
	session, ok := load.Call(nil)[0].Interface().(*srtp.SessionSRTP)
	if !ok || session == nil {
		return errors.New("Pion's transport has no session")
	}
	stream, err := session.OpenWriteStream()
	if err != nil {
		return err
	}
	for n := range count {
		header := &rtp.Header{Version: 2, PayloadType: 111, SequenceNumber: 1, Timestamp: 1, SSRC: uint32(firstSource + from + n)}
		if _, err := stream.WriteRTP(header, []byte{1}); err != nil {
			return err
		}
	}
	return nil
}
