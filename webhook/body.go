package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math"
	"reflect"
	"strconv"

	"ragoffire/engine"
)

func writeJSON(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// readJSON reads a body. For validation, into an any, it takes numbers out of
// range for infinite, which the schemas' bounds refuse by name.
func readJSON(data []byte, v any) error {
	into, generic := v.(*any)
	if !generic {
		return json.Unmarshal(data, v)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return notJSON(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more follows after the JSON document")
	}
	var err error
	*into, err = plain(*into, 0)
	return err
}

func notJSON(err error) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return errors.New("not JSON: " + syntax.Error() + " at byte " + strconv.FormatInt(syntax.Offset, 10))
	}
	return errors.New("not JSON: it ends too early")
}

// maxDepth is how deep a body may nest.
const maxDepth = 32

// plain turns numbers into floats, and refuses what nests too deep.
func plain(v any, depth int) (any, error) {
	if depth > maxDepth {
		return nil, errors.New("nested deeper than 32 levels")
	}
	var err error
	switch v := v.(type) {
	case json.Number:
		f, err := v.Float64()
		if err != nil && !math.IsInf(f, 0) {
			return nil, err
		}
		return f, nil
	case map[string]any:
		for k := range v {
			if v[k], err = plain(v[k], depth+1); err != nil {
				return nil, err
			}
		}
	case []any:
		for i := range v {
			if v[i], err = plain(v[i], depth+1); err != nil {
				return nil, err
			}
		}
	}
	return v, nil
}

// clean makes every string in a request's input one that can be stored.
func clean(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(engine.Clean(v.String()))
	case reflect.Pointer:
		if !v.IsNil() {
			clean(v.Elem())
		}
	case reflect.Struct:
		for _, field := range v.Fields() {
			clean(field)
		}
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return // a raw body
		}
		for i := range v.Len() {
			clean(v.Index(i))
		}
	case reflect.Map:
		m, ok := v.Interface().(map[string]string)
		for k, s := range m {
			if ok && (engine.Clean(k) != k || engine.Clean(s) != s) {
				delete(m, k)
				m[engine.Clean(k)] = engine.Clean(s)
			}
		}
	}
}
