package webhook_test

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// crowdEnv makes the test's binary a crowd of clients: KIND ADDRESS COUNT. They
// are a process of their own, so that what they use is not taken for the server's.
const crowdEnv = "ROF_TEST_CROWD"

// crowd is many clients of a feed, which tell when all of them have an event.
type crowd struct {
	t     testing.TB
	lines *bufio.Scanner
}

// heard is how long an event took to its clients, in milliseconds.
type heard struct {
	Seq                int64
	Min, P50, P99, Max float64
}

// gather starts a crowd and waits until all are connected. Kind is ws for the
// feed, or bare for connections without a word.
func gather(t testing.TB, kind, address string, count int) *crowd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), fmt.Sprintf("%s=%s %s %d", crowdEnv, kind, address, count))
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	check(t, err)
	out, err := cmd.StdoutPipe()
	check(t, err)
	check(t, cmd.Start())
	t.Cleanup(func() {
		_ = in.Close() // which ends it
		_ = cmd.Wait()
	})
	c := &crowd{t: t, lines: bufio.NewScanner(out)}
	if !c.lines.Scan() || c.lines.Text() != "ready" {
		t.Fatalf("the crowd says %q", c.lines.Text())
	}
	return c
}

// next is the next event that all have.
func (c *crowd) next() heard {
	c.t.Helper()
	var h heard
	if !c.lines.Scan() {
		c.t.Fatal("the crowd is gone")
	}
	check(c.t, json.Unmarshal(c.lines.Bytes(), &h))
	return h
}

// runCrowd is the crowd's own process. It ends when its standard input does.
func runCrowd(words string) error {
	var kind, address string
	var count int
	if _, err := fmt.Sscan(words, &kind, &address, &count); err != nil {
		return err
	}
	t := &tallies{count: count, by: make(map[int64][]float64)}
	failed := make(chan error, count)
	for n := range count {
		conn, err := join(kind, address)
		if err != nil {
			return fmt.Errorf("client %d: %w", n, err)
		}
		if kind == "stalled" {
			defer conn.Close() // it never reads
			continue
		}
		go func() { failed <- t.read(conn) }()
	}
	fmt.Println("ready")
	go func() {
		_, err := io.Copy(io.Discard, os.Stdin)
		failed <- errors.Join(errOver, err)
	}()
	return <-failed
}

// errOver is the end that was wanted.
var errOver = errors.New("over")

func join(kind, address string) (net.Conn, error) {
	conn, err := net.Dial("tcp", address)
	if err != nil || kind == "bare" {
		return conn, err
	}
	if kind == "stalled" {
		if err := conn.(*net.TCPConn).SetReadBuffer(4096); err != nil {
			return nil, err
		}
	}
	if _, err := fmt.Fprintf(conn, "GET /ws/incidents HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", address); err != nil {
		return nil, err
	}
	var head []byte
	for b := make([]byte, 1); !bytes.HasSuffix(head, []byte("\r\n\r\n")); head = append(head, b[0]) {
		if _, err := conn.Read(b); err != nil {
			return nil, err
		}
	}
	if !bytes.HasPrefix(head, []byte("HTTP/1.1 101")) {
		return nil, fmt.Errorf("answered %.200s", head)
	}
	return conn, nil
}

// tallies are how long each event took to each client.
type tallies struct {
	count int
	mu    sync.Mutex
	by    map[int64][]float64
}

func (t *tallies) read(conn net.Conn) error {
	r := bufio.NewReaderSize(conn, 512)
	for {
		kind, body, err := readFrame(r)
		if err != nil {
			return err
		}
		if kind == websocket.PingMessage {
			if _, err := conn.Write([]byte{0x80 | websocket.PongMessage, 0x80, 0, 0, 0, 0}); err != nil {
				return err
			}
		}
		seq, at := number(body, `"seq":`), number(body, `"nanos":`)
		if at == 0 {
			continue
		}
		t.add(seq, float64(time.Now().UnixNano()-at)/1e6)
	}
}

// readFrame reads a frame of a server.
func readFrame(r *bufio.Reader) (kind int, body []byte, err error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, nil, err
	}
	kind = int(head[0] & 0xf)
	size := int(head[1])
	if size == 126 {
		if _, err := io.ReadFull(r, head[:]); err != nil {
			return 0, nil, err
		}
		size = int(binary.BigEndian.Uint16(head[:]))
	}
	body = make([]byte, size)
	_, err = io.ReadFull(r, body)
	return kind, body, err
}

func number(b []byte, name string) int64 {
	_, rest, ok := strings.Cut(string(b), name)
	if !ok {
		return 0
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return r < '0' || r > '9' })
	n, err := strconv.ParseInt(rest[:max(end, 0)], 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func (t *tallies) add(seq int64, took float64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := append(t.by[seq], took)
	t.by[seq] = list
	if len(list) < t.count {
		return
	}
	delete(t.by, seq)
	slices.Sort(list)
	line, _ := json.Marshal(heard{Seq: seq, Min: list[0], P50: list[len(list)/2], P99: list[len(list)*99/100], Max: list[len(list)-1]})
	fmt.Printf("%s\n", line)
}
