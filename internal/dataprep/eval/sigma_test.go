package eval

import (
	"math/rand/v2"
	"testing"
)

// TestFinalSigma: a sigma at the end of a word of Java's BreakIterator is a final one.
func TestFinalSigma(t *testing.T) {
	for text, want := range map[string]string{
		"ΟΔΟΣ": "οδος", "ΟΔΟΣ ΣΑΣ": "οδος σας", "Σ": "σ", "ΑΣ1Α": "ασ1α", "ΑΣ1": "ας1",
		"ΑΣ, Α": "ας, α", "ΑΣ-Α": "ασ-α",
		"ΑΣ--Α": "ας--α", "ΑΣ1,1Α": "ασ1,1α", "ΑΣ日Α": "ας日α",
		"ΑΣ\u0301Α": "ασ\u0301α", "Α.Σ": "α.ς", "Α:Σ": "α:σ",
		"İΣ": "i̇ς",
	} {
		if got := toLower(text); got != want {
			t.Errorf("%s: got %s, want %s", text, got, want)
		}
	}
}

// TestSigmas compares words around sigmas with the oracle. Underscores, marks, and soft hyphens between digits and
// letters are left out: there, Java's words differ in one of 200.
func TestSigmas(t *testing.T) {
	parts := []string{"Σ", "Σ", "Α", "α", "1", "2", ".", ",", "-", "'", " ", ":", "日", "한", "·"}
	random := rand.New(rand.NewPCG(15, 3))
	var requests []request
	for range 3000 {
		text := ""
		for range 2 + random.IntN(7) {
			text += parts[random.IntN(len(parts))]
		}
		requests = append(requests, request{Expr: "lower(s)", Row: map[string]any{"s": text}, Variants: map[string]string{}})
	}
	var differ []string
	for i, a := range oracle(t, requests) {
		text := requests[i].Row["s"].(string)
		if got := toLower(text); got != a.Value {
			differ = append(differ, text+": "+got+", the oracle "+a.Value.(string))
		}
	}
	if len(differ) > 0 {
		t.Errorf("%d differ: %q", len(differ), differ[:min(20, len(differ))])
	}
}
