package main

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Two places in a request change from one to the next: the joinId, so that no
// join gets an earlier one's answer, and the network of the address it comes from.
const (
	joinIDHole  = "00000000-0000-4000-8000-000000000000"
	addressHead = "2001:db8:"
	addressHole = addressHead + "0000:0000::1"
)

// joinsPerNetwork is how many joins come from one network. More wrong passcodes in a
// minute would be recorded in samples, and more than nine of one meeting be refused as
// too many, which would measure something else.
const joinsPerNetwork = 500

// template is a request with its two holes.
type template struct {
	text            []byte
	joinID, address int
}

// joinRequest is a join as a page's SDK sends it, through a proxy.
func joinRequest(r room, secretWord string) (template, error) {
	body, err := json.Marshal(map[string]any{
		"joinId": joinIDHole, "view": "component", "sdkVersion": "6.2.0", "meetingNumber": r.number, "userName": "Kim Example",
		"signature": r.signature, "password": secretWord, "passwordOption": "password", "deviceId": "9b2f6c1e-53a7-4c53-8f38-0f2f1f5e0c11",
	})
	if err != nil {
		return template{}, err
	}
	head := fmt.Sprintf("POST /sdk/v1/join HTTP/1.1\r\nHost: meet.example.org\r\nContent-Type: application/json\r\n"+
		"Origin: https://school.example\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n"+
		"X-Forwarded-For: %s\r\nX-Forwarded-Proto: https\r\nContent-Length: %d\r\n\r\n", addressHole, len(body))
	text := append([]byte(head), body...)
	t := template{text: text, joinID: bytes.Index(text, []byte(joinIDHole)), address: bytes.Index(text, []byte(addressHole))}
	if t.joinID < 0 || t.address < 0 {
		return t, fmt.Errorf("a request lacks its joinId or address: %s", text)
	}
	return t, nil
}

// fill writes the request with its holes filled into the buffer.
func (t template) fill(buffer []byte, number int, address uint32) []byte {
	buffer = append(buffer, t.text...)
	var id [6]byte
	id[0], id[1] = byte(number>>40), byte(number>>32)
	binary.BigEndian.PutUint32(id[2:], uint32(number))
	hex.Encode(buffer[t.joinID+len(joinIDHole)-12:], id[:])
	var from [4]byte
	binary.BigEndian.PutUint32(from[:], address)
	place := buffer[t.address+len(addressHead):]
	hex.Encode(place, from[:2])
	hex.Encode(place[5:], from[2:])
	return buffer
}

// joins asks to join the test server's meetings in turn.
func (s *testServer) joins(secretWord string) (requester, error) {
	templates := make([]template, len(s.meetings))
	for i, r := range s.meetings {
		var err error
		if templates[i], err = joinRequest(r, secretWord); err != nil {
			return nil, err
		}
	}
	return func(buffer []byte, number int) []byte {
		return templates[number%len(templates)].fill(buffer, number, uint32(number/joinsPerNetwork+1))
	}, nil
}
