package dev.vectorkeeper.provider.remote;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class VendorsTest {

  @Test
  void an_unknown_vendor_is_answered_with_the_nearest_one() {
    assertThatThrownBy(() -> Vendors.named("opneai"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("unknown provider \"opneai\"; did you mean \"openai\"?");
  }

  @Test
  void a_vendor_like_none_is_answered_with_all_of_them() {
    assertThatThrownBy(() -> Vendors.named("zzzzzzzzzz"))
        .hasMessageContaining("known are openai, openrouter, jina");
  }

  @Test
  void two_routes_to_one_model_share_its_name() {
    Vendor openRouter = Vendors.named("openrouter");
    Vendor openAi = Vendors.named("openai");
    for (String model : List.of("openai/text-embedding-3-small", "text-embedding-3-small")) {
      assertThat(openRouter.spaceModel(model)).isEqualTo("text-embedding-3-small");
      assertThat(openAi.spaceModel(model)).isEqualTo("text-embedding-3-small");
      assertThat(openRouter.wireModel(model)).isEqualTo("openai/text-embedding-3-small");
      assertThat(openAi.wireModel(model)).isEqualTo("text-embedding-3-small");
    }
  }

  @Test
  void every_vendor_has_limits_and_variables() {
    for (Vendor vendor : Vendors.all()) {
      assertThat(vendor.limits("any-model").maxInputs()).isPositive();
      assertThat(vendor.variables().apiKey()).isNotEmpty();
    }
    assertThat(Vendors.named("openai").variables().baseUrl()).contains("OPENAI_EMBEDDINGS_URL");
  }
}
