package recordings_test
import ("testing";"math/rand/v2";"time";"bytes";"path/filepath";"fmt")
func TestZZ(t *testing.T){
	b,_:=small(t)
	fmt.Println(len(b))
	p:=filepath.Join(t.TempDir(),"x")
	r:=rand.New(rand.NewPCG(1,uint64(time.Now().UnixNano())))
	worst:=time.Duration(0); n:=0
	for s:=time.Now();time.Since(s)<20*time.Second;n++{
		c:=bytes.Clone(b)
		for range 1+r.IntN(4){ i:=r.IntN(len(c)); switch r.IntN(4){case 0: c[i]^=1<<r.IntN(8); case 1: c[i]=byte(r.IntN(256)); case 2: if i+4<len(c){copy(c[i:],[]byte{255,255,255,127})}; case 3: if i+8<len(c){copy(c[i:],[]byte{0,0,0,0,0,0,0,0})}}}
		if r.IntN(5)>0 {reseal(c)}
		if r.IntN(3)==0 {c=c[:r.IntN(len(c))]}
		store(t,p,c)
		t0:=time.Now(); consume(p); if d:=time.Since(t0);d>worst{worst=d}
	}
	fmt.Println(n,worst)
}
