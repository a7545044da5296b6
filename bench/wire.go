package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"time"
)

// conn is one keep-alive HTTP/1.1 connection of the load generator. It sends
// requests that are ready as bytes and parses just enough of an answer to find
// its end: on a machine whose cores the server needs as well, net/http's own
// client would cost about as much as a join.
type conn struct {
	net  net.Conn
	r    *bufio.Reader
	body []byte
}

// response is what came back. The body is good until the next exchange.
type response struct {
	status int
	body   []byte
}

// exchangeTime bounds one exchange; a server that takes longer has failed.
const exchangeTime = 30 * time.Second

// maxResponse bounds an answer's body, in bytes.
const maxResponse = 1 << 20

func dial(ctx context.Context, address string) (*conn, error) {
	c, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &conn{net: c, r: bufio.NewReaderSize(c, 16<<10)}, nil
}

func (c *conn) close() { c.net.Close() }

// exchange sends a whole request and reads the whole response.
func (c *conn) exchange(request []byte) (response, error) {
	if err := c.net.SetDeadline(time.Now().Add(exchangeTime)); err != nil {
		return response{}, err
	}
	if _, err := c.net.Write(request); err != nil {
		return response{}, err
	}
	return c.read()
}

var (
	errNotHTTP = errors.New("the response is not HTTP/1.1")
	errTooLong = errors.New("the response is too long")

	headerLength  = []byte("content-length")
	headerCoding  = []byte("transfer-encoding")
	codingChunked = []byte("chunked")
)

func (c *conn) read() (response, error) {
	var a response
	line, err := c.line()
	if err != nil {
		return a, err
	}
	if len(line) < 12 || !bytes.HasPrefix(line, []byte("HTTP/1.1 ")) {
		return a, errNotHTTP
	}
	if a.status, err = strconv.Atoi(string(line[9:12])); err != nil {
		return a, errNotHTTP
	}
	length, chunked := 0, false
	for {
		if line, err = c.line(); err != nil {
			return a, err
		}
		if len(line) == 0 {
			break
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			return a, errNotHTTP
		}
		value = bytes.TrimSpace(value)
		switch {
		case bytes.EqualFold(name, headerLength):
			if length, err = strconv.Atoi(string(value)); err != nil || length < 0 {
				return a, errNotHTTP
			}
		case bytes.EqualFold(name, headerCoding):
			chunked = bytes.EqualFold(value, codingChunked)
		}
	}
	c.body = c.body[:0]
	if chunked {
		err = c.readChunks()
	} else {
		err = c.readPart(length)
	}
	a.body = c.body
	return a, err
}

func (c *conn) readChunks() error {
	for {
		line, err := c.line()
		if err != nil {
			return err
		}
		size, err := strconv.ParseUint(string(line), 16, 31)
		if err != nil {
			return fmt.Errorf("%w: a chunk's size is %q", errNotHTTP, line)
		}
		if err := c.readPart(int(size)); err != nil {
			return err
		}
		if line, err = c.line(); err != nil {
			return err
		}
		if len(line) != 0 {
			return errNotHTTP
		}
		if size == 0 {
			return nil
		}
	}
}

// readPart adds n bytes to the body.
func (c *conn) readPart(n int) error {
	have := len(c.body)
	if n > maxResponse-have {
		return errTooLong
	}
	if need := have + n; need > cap(c.body) {
		c.body = append(make([]byte, 0, 2*need), c.body...)
	}
	c.body = c.body[:have+n]
	_, err := io.ReadFull(c.r, c.body[have:])
	return err
}

// line is the next line without its end; it is good until the next read.
func (c *conn) line() ([]byte, error) {
	line, err := c.r.ReadSlice('\n')
	if err != nil {
		return nil, err
	}
	return bytes.TrimRight(line, "\r\n"), nil
}
