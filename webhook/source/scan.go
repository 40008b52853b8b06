package source

import (
	"encoding/json"
	"unicode/utf8"
)

// scan reads a JSON document of the usual kind in one pass, three times as fast
// as encoding/json, and makes of it what that would: most of a delivery's cost is
// to read it. It gives up on what is unusual, wrong, too deep or too heavy; ok is
// false then, and decode says why.
func scan(body []byte) (v any, ok bool) {
	s := scanner{body: body, left: maxGrowth*len(body) + smallTree - len(body)}
	if len(body) > manyKeys {
		s.keys = make(map[string]string)
	}
	if v, ok = s.value(0); ok {
		s.blanks()
		ok = s.at == len(body)
	}
	return v, ok
}

// manyKeys is the size from which a body is likely to say its keys again and again.
const manyKeys = 4 << 10

type scanner struct {
	body []byte
	at   int
	left int               // of the weight that the body may have
	keys map[string]string // those of before; nil where there are few
}

func (s *scanner) blanks() {
	for s.at < len(s.body) {
		switch s.body[s.at] {
		case ' ', '\n', '\r', '\t':
			s.at++
		default:
			return
		}
	}
}

// next is the next byte that is no blank, 0 at the end.
func (s *scanner) next() byte {
	s.blanks()
	if s.at == len(s.body) {
		return 0
	}
	return s.body[s.at]
}

// carry takes a value's weight off what is left.
func (s *scanner) carry(weight int) bool {
	s.left -= weight
	return s.left >= 0
}

func (s *scanner) value(depth int) (any, bool) {
	switch c := s.next(); c {
	case '{':
		return s.object(depth + 1)
	case '[':
		return s.list(depth + 1)
	case '"':
		return s.text()
	case 't':
		return true, s.word("true")
	case 'f':
		return false, s.word("false")
	case 'n':
		return nil, s.word("null")
	default:
		return s.number()
	}
}

func (s *scanner) word(w string) bool {
	if len(s.body)-s.at < len(w) || string(s.body[s.at:s.at+len(w)]) != w {
		return false
	}
	s.at += len(w)
	return true
}

func (s *scanner) object(depth int) (any, bool) {
	if depth > maxDepth || !s.carry(mapWeight) {
		return nil, false
	}
	s.at++
	m := make(map[string]any)
	if s.next() == '}' {
		s.at++
		return m, true
	}
	for {
		if s.next() != '"' {
			return nil, false
		}
		key, ok := s.key()
		if !ok || s.next() != ':' || !s.carry(valueWeight) {
			return nil, false
		}
		s.at++
		if m[key], ok = s.value(depth); !ok {
			return nil, false
		}
		switch s.next() {
		case ',':
			if s.at++; !s.carry(valueWeight) {
				return nil, false
			}
		case '}':
			s.at++
			return m, true
		default:
			return nil, false
		}
	}
}

func (s *scanner) list(depth int) (any, bool) {
	if depth > maxDepth || !s.carry(valueWeight) {
		return nil, false
	}
	s.at++
	list := []any{}
	if s.next() == ']' {
		s.at++
		return list, true
	}
	for {
		v, ok := s.value(depth)
		if !ok {
			return nil, false
		}
		list = append(list, v)
		switch s.next() {
		case ',':
			if s.at++; !s.carry(valueWeight) {
				return nil, false
			}
		case ']':
			s.at++
			return list, true
		default:
			return nil, false
		}
	}
}

// quoted is what stands between two quotes, and whether it is as it is written.
// Where it is not, because of escapes, it comes with its quotes; what is no UTF-8
// is not ok.
func (s *scanner) quoted() (inside []byte, plain, ok bool) {
	start, ascii := s.at+1, true
	for i := start; i < len(s.body); i++ {
		switch c := s.body[i]; {
		case c == '"':
			inside, s.at = s.body[start:i], i+1
			return inside, true, ascii || utf8.Valid(inside)
		case c == '\\':
			return s.escaped(i)
		case c < ' ':
			return nil, false, false
		case c >= utf8.RuneSelf:
			ascii = false
		}
	}
	return nil, false, false
}

// escaped finds the end of a text with an escape at i.
func (s *scanner) escaped(i int) (inside []byte, plain, ok bool) {
	start := s.at
	for ; i < len(s.body); i++ {
		switch s.body[i] {
		case '\\':
			i++
		case '"':
			s.at = i + 1
			return s.body[start:s.at], false, true
		}
	}
	return nil, false, false
}

func (s *scanner) text() (string, bool) {
	inside, plain, ok := s.quoted()
	if plain || !ok {
		return string(inside), ok
	}
	return unquoted(inside)
}

// key is a text that most likely stood before in the same body.
func (s *scanner) key() (string, bool) {
	inside, plain, ok := s.quoted()
	if !ok {
		return "", false
	}
	if !plain {
		return unquoted(inside)
	}
	if s.keys == nil {
		return string(inside), true
	}
	key, known := s.keys[string(inside)]
	if !known {
		key = string(inside)
		if len(s.keys) < maxPairs {
			s.keys[key] = key
		}
	}
	return key, true
}

// unquoted reads a text with escapes.
func unquoted(literal []byte) (text string, ok bool) {
	err := json.Unmarshal(literal, &text)
	return text, err == nil
}

// number reads one as it is written.
func (s *scanner) number() (any, bool) {
	start := s.at
	digits := func() bool {
		from := s.at
		for s.at < len(s.body) && s.body[s.at]-'0' <= 9 {
			s.at++
		}
		return s.at > from
	}
	is := func(c byte) bool {
		if s.at < len(s.body) && s.body[s.at] == c {
			s.at++
			return true
		}
		return false
	}
	is('-')
	if !is('0') && !digits() {
		return nil, false
	}
	if is('.') && !digits() {
		return nil, false
	}
	if is('e') || is('E') {
		if !is('+') {
			is('-')
		}
		if !digits() {
			return nil, false
		}
	}
	return json.Number(s.body[start:s.at]), true
}
