package org.ovswin.cni;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** A call of the plugin as a runtime makes it; immutable, each change gives another one. */
record Call(Map<String, String> environment, String config) {
  static final Instant DEADLINE = Instant.parse("2026-11-01T12:00:50Z");

  static final String PREV_RESULT =
      """
      {"cniVersion":"1.0.0",
       "interfaces":[{"name":"veth1","mac":"0e:2a:0a:f4:01:01"},
                     {"name":"eth0","mac":"0e:2a:0a:f4:01:05","sandbox":"/run/netns/pod1"}],
       "ips":[{"interface":1,"address":"10.244.1.5/24","gateway":"10.244.1.1"}],
       "routes":[{"dst":"0.0.0.0/0","gw":"10.244.1.1"}]}
      """;

  private static final String CONFIG =
      """
      {"cniVersion":"1.0.0","name":"pods","type":"ovs-win"}
      """;

  private static final JsonMapper JSON = JsonMapper.builder().build();

  Call {
    environment = Map.copyOf(environment);
  }

  /** A valid ADD, DEL, CHECK, GC, STATUS or VERSION. */
  static Call of(CniVerb verb) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("CNI_COMMAND", verb.name());
    environment.put("CNI_CONTAINERID", "c0ffee");
    environment.put("CNI_NETNS", "/run/netns/pod1");
    environment.put("CNI_IFNAME", "eth0");
    environment.put("CNI_PATH", "/opt/cni/bin");
    environment.put(
        "CNI_ARGS",
        "IgnoreUnknown=1;K8S_POD_NAMESPACE=shop;K8S_POD_NAME=web-0;"
            + "K8S_POD_INFRA_CONTAINER_ID=c0ffee;K8S_POD_UID=7d5c");
    Call call = new Call(environment, CONFIG);
    return switch (verb) {
      case ADD, DEL, VERSION -> call;
      case CHECK -> call.set("prevResult", PREV_RESULT);
      case STATUS -> call.set("cniVersion", "\"1.1.0\"");
      case GC ->
          call.set("cniVersion", "\"1.1.0\"")
              .set(
                  "cni.dev/valid-attachments",
                  "[{\"containerID\":\"c0ffee\",\"ifname\":\"eth0\"}]");
    };
  }

  static Call add() {
    return of(CniVerb.ADD);
  }

  static Call del() {
    return of(CniVerb.DEL);
  }

  Call with(String name, String value) {
    Map<String, String> changed = new LinkedHashMap<>(environment);
    changed.put(name, value);
    return new Call(changed, config);
  }

  Call without(String name) {
    Map<String, String> changed = new LinkedHashMap<>(environment);
    changed.remove(name);
    return new Call(changed, config);
  }

  Call config(String json) {
    return new Call(environment, json);
  }

  /** Sets a top-level field of the configuration. */
  Call set(String key, String json) {
    ObjectNode changed = (ObjectNode) json(config);
    changed.set(key, json(json));
    return config(changed.toString());
  }

  /** Removes a top-level field of the configuration. */
  Call unset(String key) {
    ObjectNode changed = (ObjectNode) json(config);
    changed.remove(key);
    return config(changed.toString());
  }

  Call version(String version) {
    return set("cniVersion", "\"" + version + "\"");
  }

  byte[] standardInput() {
    return config.getBytes(StandardCharsets.UTF_8);
  }

  Invocation invocation() {
    return new Invocation(environment, standardInput());
  }

  /** Through the protocol layer, in process. */
  Output answeredBy(CniHandler handler) {
    Answer answer = new CniProtocol(handler).answer(invocation(), DEADLINE);
    return new Output(
        answer.exitCode(), new String(answer.standardOutput(), StandardCharsets.UTF_8), "");
  }

  /** What a runtime sees. */
  record Output(int exitCode, String standardOutput, String standardError) {
    JsonNode json() {
      return Call.json(standardOutput);
    }

    int code() {
      return json().path("code").intValue();
    }

    String msg() {
      return json().path("msg").textValue();
    }
  }

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new AssertionError("not JSON: " + text, e);
    }
  }
}
