import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Prints how many seconds the expressions on stdin take on 100,000 rows: the best of some series after warm-up. */
final class JexlLoop {
  private JexlLoop() {}

  public static void main(String[] args) throws Exception {
    List<String> expressions = new String(System.in.readAllBytes(), "UTF-8").lines().toList();
    Map<String, Object> row = new HashMap<>();
    for (String arg : args) {
      row.put(arg.substring(0, arg.indexOf('=')), arg.substring(arg.indexOf('=') + 1));
    }
    Evaluator evaluator = new Evaluator();
    Variants strict = Variants.of(new HashMap<>(Map.of("engine", "strict")));
    double best = Double.MAX_VALUE;
    for (int series = 0; series < 12; series++) {
      long begin = System.nanoTime();
      for (int i = 0; i < 100_000; i++) {
        for (String expression : expressions) {
          if (evaluator.evaluate(expression, row, strict) == null) {
            throw new IllegalStateException(expression);
          }
        }
      }
      best = Math.min(best, (System.nanoTime() - begin) / 1e9);
    }
    System.out.println(best);
  }
}
