package source

import (
	"bytes"
	"encoding/json"

	"github.com/go-json-experiment/json/jsontext"
)

// scan reads a JSON document of the usual kind in one pass, and makes of it what
// encoding/json would: to read it is most of a delivery's cost, and this is a third
// less. It gives up on what is unusual, wrong, too deep or too heavy; ok is false
// then, and decode says why.
func scan(body []byte) (v any, ok bool) {
	s := scanner{tokens: jsontext.NewDecoder(bytes.NewBuffer(body), jsontext.AllowDuplicateNames(true)), left: maxGrowth*len(body) + smallTree - len(body)}
	if v, ok = s.value(0); ok {
		ok = s.tokens.PeekKind() == 0 && len(bytes.TrimLeft(s.tokens.UnreadBuffer(), " \n\r\t")) == 0
	}
	return v, ok
}

type scanner struct {
	tokens *jsontext.Decoder
	left   int // of the weight that the body may have
}

func (s *scanner) value(depth int) (any, bool) {
	t, err := s.tokens.ReadToken()
	if err != nil {
		return nil, false
	}
	switch t.Kind() {
	case '{':
		return s.object(depth + 1)
	case '[':
		return s.list(depth + 1)
	case '"':
		return t.String(), true
	case '0':
		return json.Number(t.String()), true
	case 't', 'f':
		return t.Bool(), true
	}
	return nil, true
}

// carry takes a value's weight off what is left.
func (s *scanner) carry(weight int) bool {
	s.left -= weight
	return s.left >= 0
}

func (s *scanner) object(depth int) (any, bool) {
	if depth > maxDepth || !s.carry(mapWeight) {
		return nil, false
	}
	m := make(map[string]any)
	for s.tokens.PeekKind() != '}' {
		t, err := s.tokens.ReadToken()
		if err != nil || !s.carry(2*valueWeight) {
			return nil, false
		}
		key, ok := t.String(), false
		if m[key], ok = s.value(depth); !ok {
			return nil, false
		}
	}
	_, err := s.tokens.ReadToken()
	return m, err == nil
}

func (s *scanner) list(depth int) (any, bool) {
	if depth > maxDepth || !s.carry(valueWeight) {
		return nil, false
	}
	list := []any{}
	for s.tokens.PeekKind() != ']' {
		v, ok := s.value(depth)
		if !ok || !s.carry(valueWeight) {
			return nil, false
		}
		list = append(list, v)
	}
	_, err := s.tokens.ReadToken()
	return list, err == nil
}
